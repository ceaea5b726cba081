import {
  type CompiledPolicy,
  compilePolicy,
  emptySummary,
  mergeSummaries,
  type ReplaySummary,
} from "../../engine/index.js";
import type { LoggedPolicy } from "./log-piece.js";
import { type ReadOptions, workOnLogs } from "./log-threads.js";

export interface ReplayOptions extends Pick<ReadOptions<"replay">, "logs" | "threads" | "onProgress"> {
  readonly target: CompiledPolicy;
  /** Policies that decisions were made under, besides those that stand in the logs. */
  readonly baselines: readonly CompiledPolicy[];
}

/** Replays logs under another policy. */
export async function replayLogs({ target, baselines, ...options }: ReplayOptions): Promise<ReplaySummary> {
  const known = new Set([target, ...baselines].map(({ revision }) => revision));
  const onPolicy = (logged: LoggedPolicy) => {
    if (known.has(logged.revision)) return undefined;
    known.add(logged.revision);
    return compileLogged(logged);
  };
  const total = emptySummary();
  const summaries = await workOnLogs({ ...options, work: { kind: "replay", target }, onPolicy }, baselines);
  for (const summary of summaries) mergeSummaries(total, summary);
  return total;
}

/** A policy of a log; undefined when this version of Routewright makes something else of it. */
function compileLogged({ revision, files }: LoggedPolicy): CompiledPolicy | undefined {
  const { value } = compilePolicy(files);
  return value?.revision === revision ? value : undefined;
}
