import type { Command } from "commander";
import type { Json } from "../../server/json/json.js";
import { CommandFailure } from "../command-failure.js";
import { repeated } from "../global-options.js";
import { addLimitOptions, type LimitOptions, limitsFromFlags, listed } from "./limits-from-flags.js";
import { optionPlaces } from "./option-places.js";

export interface KeyOptions extends LimitOptions {
  readonly name?: string;
  readonly tenant?: string;
  readonly app?: string;
  readonly user?: string;
  readonly region?: string;
  readonly tag?: readonly string[];
  readonly allow?: readonly string[];
  readonly scope?: readonly string[];
  readonly attribute?: readonly string[];
  readonly expires?: string;
}

export function addKeyOptions(command: Command): Command {
  return addLimitOptions(
    command
      .option("--name <name>", "what people call it")
      .option("--tenant <tenant>", "fact `tenant`, and whose limits it counts towards")
      .option("--app <app>", "fact `app`, and whose limits it counts towards")
      .option("--user <user>", "fact `user`")
      .option("--region <region>", "fact `region`")
      .option("--tag <tags>", "facts `key_tags` and `tags`; separated by commas, may be repeated", listed)
      .option("--allow <models>", "models, endpoints or providers it may use: 'openai/*'; may be repeated", listed)
      .option("--scope <scopes>", "inference (the default), admin, read; may be repeated", listed)
      .option("--attribute <name=value>", "an attribute that the policy takes `from: key`; may be repeated", repeated)
      .option("--expires <when>", "90d, 12h, 30m, or a date"),
  );
}

/** A key's settings as `/admin/keys` takes them: only what was said. @throws CommandFailure for what cannot be read. */
export function keyFromFlags(flags: KeyOptions): Json {
  const { name, tenant, app, user, region, tag, allow, scope, attribute, expires, ...limits } = flags;
  const given = {
    name,
    tenant,
    app,
    user,
    region,
    tags: tag,
    allow,
    scopes: scope,
    attributes: attribute === undefined ? undefined : attributesFromFlags(attribute),
    expires,
    ...limitsGiven(limits),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function limitsGiven(flags: LimitOptions): Json {
  const limits = limitsFromFlags(flags);
  return Object.keys(limits).length === 0 ? {} : { limits };
}

function attributesFromFlags(flags: readonly string[]): Json {
  const attributes = flags.map((text): [string, string] => {
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (key === undefined) throw new CommandFailure(2, `policy keys: --attribute ${text}: write it as name=value`);
    return [key, value ?? ""];
  });
  const twice = attributes.find(([key], index) => attributes.findIndex((one) => one[0] === key) !== index);
  if (twice !== undefined) throw new CommandFailure(2, `policy keys: --attribute ${twice[0]}: give it once`);
  return Object.fromEntries(attributes);
}

/** What can be taken away of a key, in words. */
export const removable = `${[...optionPlaces.keys()].join(", ")}, budget/PERIOD, attribute/NAME`;

/**
 * A change of a key that takes a setting away too, with null in its place.
 * @param word a name of {@link removable}.
 * @throws CommandFailure when there is no such setting, or the change says something of it.
 */
export function withoutSetting(change: Json, word: string): Json {
  const [, option = "", entry] = /^([^/]*)(?:\/(.+))?$/s.exec(word) ?? [];
  const place = optionPlaces.get(option);
  if (place === undefined || (entry !== undefined && option !== "budget" && option !== "attribute")) {
    throw new CommandFailure(2, `policy keys: --remove ${word}: it takes ${removable}`);
  }
  return withNull(change, [...place, ...(entry === undefined ? [] : [entry])], word);
}

function withNull(change: Json, [name = "", ...below]: readonly string[], word: string): Json {
  const before = Object.hasOwn(change, name) ? change[name] : undefined;
  if (before === null || (before !== undefined && below.length === 0)) {
    throw new CommandFailure(2, `policy keys: --remove ${word}: another option says something of it; give one of them`);
  }
  return { ...change, [name]: below.length === 0 ? null : withNull((before ?? {}) as Json, below, word) };
}
