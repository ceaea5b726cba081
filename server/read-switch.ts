/**
 * Whether a variable is `1`. Unset, empty or `0`, it is not.
 * @param meaning of `1`, for the message.
 * @throws Error in words for the operator when it is anything else.
 */
export function readSwitch(environment: NodeJS.ProcessEnv, name: string, meaning: string): boolean {
  const { [name]: text = "" } = environment;
  if (!["", "0", "1"].includes(text)) throw new Error(`${name} takes 1 (${meaning}) or 0, not ${JSON.stringify(text)}`);
  return text === "1";
}
