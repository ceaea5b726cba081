/** Import rules (docs/architecture.md, "Who may import whom"). `npm run check:imports` runs them. */
module.exports = {
  forbidden: [
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    {
      name: "engine-is-pure",
      comment: "engine/ is a library that runs anywhere: no Node built-ins, nothing of server/, cli/ or test/.",
      severity: "error",
      from: { path: "^engine/" },
      to: { path: "^(server|cli|test|bench)/" },
    },
    {
      name: "engine-without-node",
      severity: "error",
      from: { path: "^engine/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "engine-front-door",
      comment:
        "cli/ imports the engine through engine/index.ts or, for less to load, engine/compiling.ts, and its threads that read logs through engine/logs.ts; server/ through engine/serving.ts. How lines differ, and how long lists are folded, is needed where nothing else of it is.",
      severity: "error",
      from: { path: "^(server|cli)/" },
      to: {
        path: "^engine/",
        pathNot: "^engine/(compiling|index|logs|serving|source/line-diff|explain/words/fold-lists)\\.ts$",
      },
    },
    {
      name: "serving-without-compiler",
      comment:
        "A server's main thread never loads what reads YAML or analyzes: only threads that compile and analyze use the whole engine.",
      severity: "error",
      from: {
        path: "^server/",
        pathNot: "^server/(policy-files/(compile-worker|failed-tests)|http/control-plane/why-not-worker)\\.ts$",
      },
      to: { path: "^engine/(compiling|index|logs)\\.ts$" },
    },
    {
      name: "serving-stays-small",
      severity: "error",
      from: { path: "^engine/serving\\.ts$" },
      to: { path: "(^engine/analyze/|node_modules/(yaml|ajv)/)", reachable: true },
    },
    { name: "server-without-cli", severity: "error", from: { path: "^server/" }, to: { path: "^(cli|test|bench)/" } },
    {
      name: "endpoints-apart",
      comment: "What is known of endpoints knows nothing of the calls it is learnt from.",
      severity: "error",
      from: { path: "^server/endpoints/" },
      to: { path: "^server/(dispatch|http)/" },
    },
    {
      name: "parts-below-the-whole",
      comment: "The parts of answering a request know nothing of the request's whole way.",
      severity: "error",
      from: { path: "^(server/(?:http|dispatch))/(?:answers|body|errors|fronts|observe)/" },
      to: { path: "^$1/[^/]+$" },
    },
    {
      name: "analysis-in-layers",
      comment:
        "Each question about all requests stands on the regions of rules and the space of requests, not on another question.",
      severity: "error",
      from: { path: "^engine/analyze/(checks|diff|properties|regions|space|why-not)/" },
      to: { path: "^engine/analyze/(checks|diff|properties|why-not)/", pathNot: "^engine/analyze/$1/" },
    },
    { name: "cli-without-test", severity: "error", from: { path: "^cli/" }, to: { path: "^(test|bench)/" } },
    { name: "no-unresolved", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "no-dev-dependencies-in-the-product",
      severity: "error",
      from: { path: "^(engine|server|cli)/", pathNot: "^server/dashboard/" },
      to: { dependencyTypes: ["npm-dev"] },
    },
    {
      name: "dashboard-in-the-browser",
      comment:
        "Of the server and the engine the page takes types only, how lines differ, and how long lists are folded.",
      severity: "error",
      from: { path: "^server/dashboard/" },
      to: {
        path: "^(engine|server|cli)/",
        pathNot: "^(server/dashboard/|engine/(source/line-diff|explain/words/fold-lists)\\.ts$)",
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "dashboard-without-node",
      severity: "error",
      from: { path: "^server/dashboard/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "dashboard-packages",
      comment: "What is bundled into the page is listed here.",
      severity: "error",
      from: { path: "^server/dashboard/" },
      to: { path: "node_modules/", pathNot: "node_modules/(preact|eventsource-parser)/" },
    },
    {
      name: "dashboard-apart",
      severity: "error",
      from: { path: "^(engine|server|cli)/", pathNot: "^server/dashboard/" },
      to: { path: "^server/dashboard/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
