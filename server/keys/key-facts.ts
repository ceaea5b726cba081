import type { ApiKey, AttributeValue } from "./api-key.js";

/** What a request may be told about by its key: facts that a client cannot claim. */
export interface TrustedFacts {
  readonly key: string;
  readonly tenant: string | undefined;
  readonly app: string | undefined;
  readonly user: string | undefined;
  readonly region: string | undefined;
  readonly tags: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** Share of the key's budget that is spent, with the words that say which; undefined when the key has no budget. */
  readonly spend: { readonly ratio: number; readonly source: string } | undefined;
}

export function trustedFacts({ id, settings }: ApiKey, spend: TrustedFacts["spend"]): TrustedFacts {
  const { tenant, app, user, region, tags, attributes } = settings;
  return { key: id, tenant, app, user, region, tags, attributes, spend };
}
