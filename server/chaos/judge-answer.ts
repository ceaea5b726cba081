import type { ErrorClass, PlannedAttempt, SimulatedFault } from "../../engine/serving.js";

/** What a client saw of one request. */
export interface SeenAnswer {
  readonly status: number;
  readonly body: string;
  /** Nothing more came for a long time. */
  readonly hung: boolean;
}

/**
 * `answered`: whole. `error`: an error that says so, and none that could have been avoided. `not_survived`: an error
 * although another candidate was there for it. `broken`: a promise of ours was: it hung, or looked whole and was not.
 */
export type Verdict = "answered" | "error" | "not_survived" | "broken";

/** What a fault is, as attempts are recorded (docs/policy-language.md, "Errors and fallback"). */
const classOfFault: Readonly<Record<SimulatedFault, ErrorClass>> = {
  rate_limited: "rate_limited",
  server_error: "server_error",
  overloaded: "overloaded",
  reset: "connection",
  hang: "timeout",
  trickle: "timeout",
  cut: "connection",
  malformed_json: "malformed_response",
  malformed_sse: "malformed_response",
};

export interface Judged {
  readonly fault: SimulatedFault;
  readonly isStream: boolean;
  readonly plan: readonly PlannedAttempt[];
  /** Endpoints that show the fault. */
  readonly isFaulty: (planned: PlannedAttempt) => boolean;
}

/** Whether there is what it takes: a candidate that works, and nothing that had reached the client before. */
function shouldSurvive({ fault, isStream, plan, isFaulty }: Judged): boolean {
  const [first] = plan;
  if (first === undefined || plan.every(isFaulty)) return false;
  // Content had reached the client: only a route with `continue` goes on.
  return !(fault === "cut" && isStream && isFaulty(first) && first.route.continue !== true);
}

/** Why a route does not go on to a candidate that would have answered; undefined: it does. */
function whyNot({ fault, plan, isFaulty }: Judged): string | undefined {
  const errorClass = classOfFault[fault];
  const stuck = plan.find((planned) => isFaulty(planned) && !planned.route.fallbackOn.includes(errorClass));
  return stuck === undefined ? undefined : `the route does not fall back on ${errorClass}`;
}

export function judgeAnswer(seen: SeenAnswer, judged: Judged): { readonly verdict: Verdict; readonly saw: string } {
  const saw = describe(seen, judged.isStream);
  if (saw.isWhole) return { verdict: "answered", saw: saw.text };
  if (!saw.isHonest) return { verdict: "broken", saw: saw.text };
  if (!shouldSurvive(judged)) return { verdict: "error", saw: saw.text };
  const why = whyNot(judged);
  return { verdict: "not_survived", saw: why === undefined ? saw.text : `${saw.text}; ${why}` };
}

interface Described {
  readonly text: string;
  readonly isWhole: boolean;
  /** An error that cannot be taken for an answer. */
  readonly isHonest: boolean;
}

function describe({ status, body, hung }: SeenAnswer, isStream: boolean): Described {
  if (hung) return { text: "nothing, for as long as it waited", isWhole: false, isHonest: false };
  if (status !== 200) {
    const code = errorCodeIn(body);
    return { text: `${status} ${code ?? "without an error code"}`, isWhole: false, isHonest: code !== undefined };
  }
  if (!isStream) {
    const isWhole = hasFinished(body);
    return { text: isWhole ? "200, the answer" : "200, half an answer", isWhole, isHonest: false };
  }
  const events = body.split("\n\n").filter((event) => event.startsWith("data: "));
  const isDone = events.at(-1) === "data: [DONE]";
  const error = events.map((event) => errorCodeIn(event.slice(6))).find((code) => code !== undefined);
  if (error !== undefined) {
    return { text: `200, part of it, then ${error}`, isWhole: false, isHonest: !isDone };
  }
  return { text: isDone ? "200, the answer" : "200, an answer without end", isWhole: isDone, isHonest: false };
}

function errorCodeIn(json: string): string | undefined {
  const code = (parse(json) as { error?: { code?: unknown } } | undefined)?.error?.code;
  return typeof code === "string" ? code : undefined;
}

function hasFinished(json: string): boolean {
  const choices = (parse(json) as { choices?: readonly { finish_reason?: unknown }[] } | undefined)?.choices;
  return typeof choices?.[0]?.finish_reason === "string";
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json) ?? undefined;
  } catch {
    return undefined; // what a client cannot read, either
  }
}
