import type { CompiledPolicy, Endpoint, Outcome, RoutePlan } from "../../../engine/index.js";

const span = { file: "policy.yaml", start: 0, end: 1 };
const route = {
  to: [],
  fallback: [],
  strategy: "order",
  timeouts: {},
  retries: 0,
  fallbackOn: [],
  onExhausted: "fail",
  span,
} as const;

function endpoint(model: string, provider: string): Endpoint {
  return {
    id: `${model}@${provider}`,
    model,
    provider,
    upstreamModel: `${provider}-model`,
    contextWindow: 32_000,
    span,
  };
}

export const policy = { name: "production", revision: "ab".repeat(32) } as CompiledPolicy;

export const outcome: Outcome = {
  denied: undefined,
  requirements: [
    {
      effect: "require",
      id: "pii-in-eu",
      rule: "pii-in-eu",
      require: { region: ["eu"] },
      condition: { kind: "always" } as never,
      span,
    },
  ],
  route: { rule: "code", ruleNumber: 1, route },
};

export const denied: Outcome = {
  ...outcome,
  denied: {
    rule: { effect: "deny", id: "no-secrets", message: "no", condition: { kind: "always" } as never, span },
  },
};

export const excludingPlan: RoutePlan = {
  rule: "code",
  route,
  attempts: [
    { endpoint: endpoint("acme/large", "left"), rule: "code", route, from: "to" },
    { endpoint: endpoint("acme/large", "right"), rule: "code", route, from: "fallback" },
  ],
  excluded: [
    {
      endpoint: endpoint("acme/small", "left"),
      rule: "code",
      from: "to",
      reason: "requirement",
      detail: "pii-in-eu: region us is not eu",
    },
    {
      endpoint: endpoint("acme/tiny", "left"),
      rule: "code",
      from: "to",
      reason: "context_window",
      detail: "needs 250,000 tokens",
    },
  ],
  assumedOutputTokens: 1_024,
};
