import { resolve } from "node:path";
import { Command, Option } from "commander";
import {
  type CompiledPolicy,
  explainDecision,
  factsOfRecord,
  findAskedModel,
  renderExplanation,
  unknownWorldNames,
  type World,
} from "../../engine/compiling.js";
import { type Api, apis } from "../../server/http/body/body-of-api.js";
import { warningsOfGiven } from "../../server/http/control-plane/given-facts.js";
import { readGitRevision } from "../../server/policy-files/git-revision.js";
import { CommandFailure } from "../command-failure.js";
import { addFactOptions, factsFromFlags, factsOfAPlainRequest } from "../explain/facts-from-flags.js";
import type { RequestRead } from "../explain/read-request.js";
import type { Explained } from "../explain/reproduce-decision.js";
import { DEFAULT_SERVER, type GlobalOptions, globalOptions, repeated } from "../global-options.js";
import { loadPolicies } from "../load-policies.js";
import { whileSaying } from "../while-saying.js";
import { writeJson } from "../write-json.js";

interface ExplainOptions extends Readonly<Record<string, unknown>> {
  readonly request?: string;
  readonly api: Api;
  readonly header?: readonly string[];
  readonly decision?: string;
  readonly server: string;
  readonly down?: string;
  readonly rateLimited?: string;
  readonly latency?: readonly string[];
  readonly seed?: string;
  readonly all?: boolean;
  readonly whyNot?: string;
  readonly content?: boolean;
}

/** `policy explain`: why a request, described by flags, given as a file, or served before, goes where it goes. */
export function explainCommand(): Command {
  const command = new Command("explain");
  addFactOptions(command);
  return command
    .option("--request <file>", "the JSON body of a request, read as the proxy reads it; - is standard input")
    .addOption(
      new Option("--api <api>", "the API that --request is for: the end of its path").choices(apis).default("chat"),
    )
    .option(
      "-H, --header <header>",
      "a request header, as curl takes it: 'x-route-tags: code'; may be repeated",
      repeated,
    )
    .option("--decision <id>", "a decision that a server made: reproduce it from its record and its policy snapshot")
    .option("--content", "with --decision: print what was recorded of its prompt and answer, as JSON, instead")
    .option("--server <url>", "the server to ask for --decision", DEFAULT_SERVER)
    .option("--down <names>", "endpoints, models or providers to take for down, separated by commas")
    .option("--rate-limited <names>", "endpoints, models or providers to take for rate limited")
    .option("--latency <endpoint=ms>", "an observed time to the first token; may be repeated", repeated)
    .option("--seed <seed>", "what weighted and balanced draw from")
    .option(
      "--all",
      "show every rule above and every value of a long list, and with --why-not every rule that could choose the model",
    )
    .option("--why-not <model>", "what keeps the request from this model, and the smallest changes that send it there")
    .action(async (own: ExplainOptions, self: Command) => {
      const options = globalOptions(self);
      if (own.decision !== undefined) refuseBesideDecision(self);
      else if (own.content === true) throw new CommandFailure(2, "policy explain: --content goes with --decision only");
      const explained =
        own.decision === undefined ? await explainHere(own, self) : await explainServed(own.decision, own.server);
      const { record } = explained;
      if (own.content === true) {
        writeJson(contentOf(explained));
        return;
      }
      const shown = { ...options, all: own.all === true };
      if (own.whyNot !== undefined) {
        await explainWhyNot(explained, own.whyNot, shown);
      } else if (options.json) writeJson(record);
      else process.stdout.write(`${renderExplanation(record, shown)}\n`);
    });
}

async function explainHere(own: ExplainOptions, self: Command): Promise<Explained> {
  const options = globalOptions(self);
  const policy = await loadPolicies(options);
  const git = await readGitRevision(resolve(options.policies), policy.files);
  const now = Date.now();
  const described = factsFromFlags(own, policy);
  const world = knownWorld(policy, readWorld(own));
  const isPlain = own.request === undefined && own.header === undefined;
  const base = isPlain
    ? { ...factsOfAPlainRequest(now), warnings: [], world: {} }
    : await readGiven(own, policy, world, now);
  const record = explainDecision({
    policy,
    facts: { ...base.facts, ...described.facts },
    sources: { ...base.sources, ...described.sources },
    world: { ...base.world, ...world },
    id: "explain",
    time: now,
    warnings: [...base.warnings, ...warningsOfGiven(described.facts, policy)],
    ...(own.request === undefined ? {} : { operation: own.api }),
    ...(git === undefined ? {} : { git }),
  });
  return { record, policy };
}

// What reads a request as the proxy does, what asks a server, and what answers `--why-not` are loaded where they are used: together they
// take as long to load as all the rest.

async function readGiven(own: ExplainOptions, policy: CompiledPolicy, world: World, now: number): Promise<RequestRead> {
  const { readRequest } = await import("../explain/read-request.js");
  const given = { file: own.request, api: own.api, headers: own.header ?? [] };
  return readRequest(policy, given, world.latency_ms, now);
}

async function explainServed(id: string, server: string): Promise<Explained> {
  const { reproduceDecision } = await import("../explain/reproduce-decision.js");
  return reproduceDecision(id, server);
}

/** @throws CommandFailure (1) when nothing was recorded. */
function contentOf({ record: { id }, content }: Explained): object {
  if (content !== undefined) return content;
  throw new CommandFailure(
    1,
    `policy explain: no content of ${id} is there to read: it is recorded with RECORD_CONTENT=1 only, deleted after CONTENT_DAYS, and shown to administrators (docs/content.md)`,
  );
}

async function explainWhyNot(
  { record, policy }: Explained,
  name: string,
  options: GlobalOptions & { readonly all: boolean },
): Promise<void> {
  const asked = findAskedModel(policy.set.catalog, name);
  if ("help" in asked) throw new CommandFailure(2, `policy explain: --why-not ${name}: ${asked.help}`);
  const { renderWhyNot, whyNot } = await import("../../engine/index.js");
  const answer = whileSaying("asking", policy, () => whyNot(policy, factsOfRecord(record), record.world, asked.id));
  if (options.json) writeJson(answer);
  else process.stdout.write(`${renderWhyNot(answer, options)}\n`);
}

function readWorld(own: ExplainOptions): World {
  const names = (text: string | undefined) => text?.split(",").map((name) => name.trim());
  const down = names(own.down);
  const rateLimited = names(own.rateLimited);
  const latency: Record<string, number> = {};
  for (const text of own.latency ?? []) {
    const [, endpoint = "", ms = ""] = /^(.+)=(\d{1,9})$/.exec(text) ?? [];
    if (endpoint === "") {
      throw new CommandFailure(2, `policy explain: --latency ${text}: write it as author/model@provider=MILLISECONDS`);
    }
    latency[endpoint] = Number(ms);
  }
  return {
    ...(down === undefined ? {} : { down }),
    ...(rateLimited === undefined ? {} : { rate_limited: rateLimited }),
    ...(own.latency === undefined ? {} : { latency_ms: latency }),
    ...(own.seed === undefined ? {} : { seed: own.seed }),
  };
}

/** @throws CommandFailure (2) for a name that the catalog does not have: ranking would ignore it. */
function knownWorld({ set }: CompiledPolicy, world: World): World {
  const [unknown] = unknownWorldNames(set.catalog, world);
  if (unknown === undefined) return world;
  const sentence = unknown.replace(/^world: `(\w+)`/, (_, key: string) => worldOptions[key] ?? key);
  throw new CommandFailure(2, `policy explain: ${sentence}`);
}

const worldOptions: Readonly<Record<string, string>> = {
  down: "--down",
  rate_limited: "--rate-limited",
  latency_ms: "--latency",
};

/** A served decision has its facts and its world: @throws CommandFailure (2) for an option that describes others. */
function refuseBesideDecision(command: Command): void {
  const allowed = ["decision", "server", "all", "whyNot", "content"];
  const other = command.options.find(
    (option) =>
      !allowed.includes(option.attributeName()) && command.getOptionValueSource(option.attributeName()) === "cli",
  );
  if (other === undefined) return;
  throw new CommandFailure(2, `policy explain: ${other.long} does not go with --decision, which has its own request`);
}
