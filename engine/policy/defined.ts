/** An object with the key, or without it when the value is undefined: `exactOptionalPropertyTypes` asks for that. */
export function defined<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { readonly [K in Key]?: Value } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: Value };
}
