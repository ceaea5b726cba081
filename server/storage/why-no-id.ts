/** Why a filter can find nothing: models and endpoints are stored by their whole ids. Undefined: it may find something. */
export function whyNoId(filter: string, value: string): string | undefined {
  if (filter === "model" && !value.includes("/")) return "write the whole id, author/model, as in openai/gpt-4.1";
  if (filter === "endpoint" && !value.includes("@")) {
    return "write the whole id, author/model@provider, as in openai/gpt-4.1@openai";
  }
  return undefined;
}
