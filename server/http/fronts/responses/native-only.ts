/** Why something of a request is left out of its chat completion. */
export const NATIVE_ONLY = "it reaches only providers that have the Responses API";
