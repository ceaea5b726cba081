/** What an API calls a field of a chat completion, where it calls it otherwise. */
export type FieldNames = Readonly<Record<string, string>>;

/** The field of a chat completion as the client knows it: `messages[1].content` is `input` to a client of the Responses API. */
export function fieldName(names: FieldNames | undefined, field: string): string {
  if (names === undefined) return field;
  const [head = ""] = /^\w+/.exec(field) ?? [];
  const own = Object.hasOwn(names, head) ? names[head] : undefined;
  if (own === undefined) return field;
  const rest = field.slice(head.length);
  return rest.startsWith("[") ? own : `${own}${rest}`; // places in a list differ from API to API
}

/** A sentence that begins with the fields it is about: `stop, seed: left out`. */
export function inNames(names: FieldNames | undefined, sentence: string): string {
  const end = sentence.indexOf(": ");
  if (names === undefined || end === -1) return sentence;
  const fields = sentence.slice(0, end).split(", ");
  return `${fields.map((field) => fieldName(names, field)).join(", ")}${sentence.slice(end)}`;
}
