/**
 * What a decision allocates: bytes a decision by the growth of the young heap, and the functions that a heap sampling
 * names. Requests are parsed beforehand. Run after `npm run build`:
 *
 *     node --expose-gc bench/engines/allocation.mjs
 */
import { Session } from "node:inspector/promises";
import { buildDecisionTree } from "../../dist/engine/compile/build-decision-tree.js";
import { decide } from "../../dist/engine/evaluate/decide.js";
import { policySetOf } from "./adapters/policy-set.mjs";
import { generateRequests, parseRequest } from "./requests.mjs";
import { generateRules, shapes } from "./rules.mjs";

const kept = [];
for (const shape of Object.keys(shapes)) {
  const rules = generateRules(shape, 1_000, 1);
  const set = policySetOf(rules);
  const policy = { name: "bench", revision: "", set, tree: buildDecisionTree(set), tests: [], files: [] };
  const requests = generateRequests(rules, 2_000, 2).map(parseRequest);
  const decideAll = () => {
    for (const facts of requests) kept[0] = decide(policy, facts);
  };
  for (let time = 0; time < 50; time++) decideAll();
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  decideAll();
  const bytes = (process.memoryUsage().heapUsed - before) / requests.length;

  const session = new Session();
  session.connect();
  await session.post("HeapProfiler.startSampling", {
    samplingInterval: 256,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  for (let time = 0; time < 20; time++) decideAll();
  const { profile } = await session.post("HeapProfiler.stopSampling");
  session.disconnect();
  const sizes = new Map();
  const visit = ({ callFrame, selfSize, children }) => {
    if (callFrame.url.includes("/engine/"))
      sizes.set(callFrame.functionName, (sizes.get(callFrame.functionName) ?? 0) + selfSize);
    children.forEach(visit);
  };
  visit(profile.head);
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const shares = [...sizes].map(([name, size]) => `${name} ${((100 * size) / total).toFixed(1)} %`);
  console.log(`${shape}: ${bytes.toFixed(0)} bytes a decision; allocated by ${shares.join(", ")}`);
}
