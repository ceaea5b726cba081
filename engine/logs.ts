// For the threads of the command line that read logs of decisions: no more of the engine than they need, so that they start soon.

export { type DiffTraffic, LogTraffic } from "./analyze/diff/diff-traffic.js";
export type { CompiledPolicy } from "./policy/compiled-policy.js";
export type { Decode } from "./replay/records/log-lines.js";
export { LogReplay } from "./replay/replay-log.js";
export type { ReplaySummary } from "./replay/replay-summary.js";
