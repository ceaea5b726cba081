/** For `JSON.stringify`: where a thing stands in the files means nothing. */
export function withoutSpans(key: string, value: unknown): unknown {
  return key === "span" ? undefined : value;
}
