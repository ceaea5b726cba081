/** Whose a model is, by the server's own name for it: what it takes depends on that, whoever serves it. */

/** Also at Azure or OpenRouter; the open models of OpenAI are served by others. */
export function isOpenAis(model: string): boolean {
  return /^(?:openai\/)?(?:gpt-(?!oss)|chatgpt-|codex-|o\d)/i.test(model);
}

const mistral = "(?:mistral|mixtral|ministral|magistral|codestral|devstral|pixtral|voxtral)";
const anyMistral = new RegExp(mistral, "i");
const mistralsOwn = new RegExp(`^(?:open-|labs-)?${mistral}-`, "i");

/** One of Mistral's models, whoever serves it. */
export function isOfMistral(model: string): boolean {
  return anyMistral.test(model);
}

/** At Mistral's own server, whose names have no author. */
export function isMistrals(model: string): boolean {
  return mistralsOwn.test(model);
}
