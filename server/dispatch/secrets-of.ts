import type { Endpoint, Provider } from "../../engine/serving.js";

/** Parts of a header's name that say that its value is secret. */
const SECRET_NAME = /(^|[-_])(auth|credentials?|[a-z]*(authorization|cookie|key|password|secret|token))s?([-_]|$)/i;
/** Shorter ones are words that errors also hold for other reasons. */
const SHORTEST = 8;
/** As no word is, nor a version, a date or a list of these: 16 letters and digits in a row, of both. */
const LOOKS_RANDOM = /(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]{16}/i;

/**
 * What of a call to an endpoint nobody else may see: the provider's key, and values of the catalog's `headers` that are
 * secret by their name or their look (docs/catalog.md, "Secrets in headers"). The longest first: one may be part of another.
 */
export function secretsOf({ provider, endpoint, key }: SentSecrets): readonly string[] {
  const headers = endpoint.headers ?? provider.headers;
  const secrets = headers.flatMap(({ name, value }) => {
    const isNamed = SECRET_NAME.test(name);
    // `Bearer` and its like stand before what is secret, cookies side by side.
    const words = value.split(/[\s;,]+/);
    return words.filter((word) => (isNamed ? word.length >= SHORTEST : LOOKS_RANDOM.test(word)));
  });
  if (key !== undefined && key !== "") secrets.push(key);
  return [...new Set(secrets)].sort((one, other) => other.length - one.length);
}

interface SentSecrets {
  readonly provider: Pick<Provider, "headers">;
  readonly endpoint: Pick<Endpoint, "headers">;
  /** Undefined where the provider needs none. */
  readonly key: string | undefined;
}
