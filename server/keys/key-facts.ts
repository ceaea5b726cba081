import type { ApiKey, AttributeValue } from "./api-key.js";

/** What a request may be told about by its key: facts that a client cannot claim. */
export interface TrustedFacts {
  readonly key: string;
  readonly tenant?: string;
  readonly app?: string;
  readonly user?: string;
  readonly region?: string;
  readonly tags: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** Share of the key's budget that is spent, with the words that say which; absent when the key has no budget. */
  readonly spend?: { readonly ratio: number; readonly source: string };
}

export function trustedFacts({ id, settings }: ApiKey, spend: TrustedFacts["spend"]): TrustedFacts {
  const { tenant, app, user, region, tags, attributes } = settings;
  return {
    key: id,
    ...(tenant === undefined ? {} : { tenant }),
    ...(app === undefined ? {} : { app }),
    ...(user === undefined ? {} : { user }),
    ...(region === undefined ? {} : { region }),
    tags,
    attributes,
    ...(spend === undefined ? {} : { spend }),
  };
}
