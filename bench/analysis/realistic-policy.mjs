/**
 * A policy as a large organisation might write it: teams that match on their tenant and tags, sizes, budgets, hours; some
 * guards; and now and then a rule that repeats an earlier one. The same seed gives the same files.
 * @param told by what teams are told apart: their `tenant`; a tag (`tags`) of their keys each, so that all rules meet; or the end
 *   of a user's address (`users`), a pattern each.
 */
export function realisticPolicy(rules, seed, told = "tenant") {
  let state = seed >>> 0;
  const random = (count) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % count;
  };
  const pick = (items) => items[random(items.length)];
  const tenants = Array.from({ length: Math.max(10, rules >> 2) }, (_, at) => `tenant-${at}`);
  const tags = Array.from({ length: 40 }, (_, at) => `task-${at}`);
  const models = Array.from({ length: 24 }, (_, at) => `maker${at % 5}/model-${at}`);
  const teams = {
    tenant: (team) => `tenant: ${team}`,
    tags: (team) => `key_tags: [${team}]`,
    users: (team) => `user: { glob: "*@${team}.example" }`,
  };
  const parts = [
    () => `tags: [${pick(tags)}, ${pick(tags)}]`,
    () => `context_tokens: { gte: ${pick([4, 16, 32, 64, 128, 200])}k }`,
    () => `context_tokens: { lt: ${pick([4, 16, 32, 64, 128])}k }`,
    () => `budget_usd: { lt: ${pick([0.002, 0.01, 0.05, 0.2])} }`,
    () => `max_latency_ms: { lt: ${pick([500, 1000, 1500, 3000])} }`,
    () => `uses_vision: ${pick(["true", "false"])}`,
    () => `priority: ${pick(["batch", "interactive"])}`,
    () => `attributes.plan: ${pick(["free", "[free, pro]", "enterprise"])}`,
    () => `app: { prefix: "app-${random(10)}-" }`,
    () =>
      `time: { days: [mon, tue, wed, thu, fri], from: "${pick(["08:00", "22:00"])}", to: "${pick(["06:00", "18:00"])}", tz: Europe/Berlin }`,
    () => `any: [{ tags: [${pick(tags)}] }, { region: ${pick(["eu", "us"])} }]`,
    () => `not: { tags: [${pick(tags)}] }`,
  ];
  const lines = [];
  for (let at = 0; at < rules; at++) {
    const chosen = new Map();
    // Rules for everybody are few and narrow, else those below would never be asked.
    if (random(20) > 0) chosen.set("team", teams[told](pick(tenants)));
    else chosen.set("tags", `tags: { all: [${pick(tags)}, ${pick(tags)}], none: [${pick(tags)}] }`);
    for (let left = 1 + random(3); left > 0; left--) {
      const part = pick(parts)();
      chosen.set(part.slice(0, part.indexOf(":")), part);
    }
    const match = [...chosen.values()].join(", ");
    const kind = random(20);
    const guarded = `tags: { present: true, any: [${pick(tags)}] }, attributes.plan: ${pick(["free", "pro"])}`;
    if (kind === 0) lines.push(`  - { id: rule-${at}, match: { ${guarded} }, deny: "no" }`);
    else if (kind === 1) lines.push(`  - { id: rule-${at}, match: { ${guarded} }, require: { region: [eu] } }`);
    else
      lines.push(
        `  - { id: rule-${at}, match: { ${match} }, route: { to: [${pick(models)}, ${pick(models)}], fallback: [economy] } }`,
      );
  }
  const policy = `kind: policy
name: realistic
attributes:
  plan: { type: string, values: [free, pro, enterprise], from: key, default: pro }
pools:
  economy: [${models.slice(0, 3).join(", ")}]
rules:
${lines.join("\n")}
default:
  route: { to: [requested, economy] }
`;
  const providers = Array.from({ length: 5 }, (_, at) => {
    return `  p${at}: { format: openai, base_url: "https://p${at}.example/v1", region: ${at % 2 === 0 ? "eu" : "us"}, data_retention: none }`;
  });
  const catalog = `kind: catalog
providers:
${providers.join("\n")}
models:
${models
  .map((model, at) => {
    const capabilities = at % 3 === 0 ? "[tools]" : "[tools, vision, json_schema]";
    return `  ${model}: { context_window: ${[32, 128, 200, 1000][at % 4]}k, max_output_tokens: 8k, capabilities: ${capabilities}, price: { input: ${1 + (at % 5)}, output: ${4 + (at % 7)} }, endpoints: [{ provider: p${at % 5}, model: m${at} }] }`;
  })
  .join("\n")}
`;
  return [
    { name: "policy.yaml", text: policy },
    { name: "catalog.yaml", text: catalog },
  ];
}
