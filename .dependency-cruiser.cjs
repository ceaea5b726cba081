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
        "server/ and cli/ import the engine through engine/index.ts, and the threads that read logs through engine/logs.ts.",
      severity: "error",
      from: { path: "^(server|cli)/" },
      to: { path: "^engine/", pathNot: "^engine/(index|logs)\\.ts$" },
    },
    { name: "server-without-cli", severity: "error", from: { path: "^server/" }, to: { path: "^(cli|test|bench)/" } },
    { name: "cli-without-test", severity: "error", from: { path: "^cli/" }, to: { path: "^(test|bench)/" } },
    { name: "no-unresolved", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "no-dev-dependencies-in-the-product",
      severity: "error",
      from: { path: "^(engine|server|cli)/" },
      to: { dependencyTypes: ["npm-dev"] },
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
