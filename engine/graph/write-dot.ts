import { safeText } from "../explain/text-table.js";
import type { GraphRow, PolicyGraph } from "./graph-rows.js";

const fills = { deny: "#fde8e8", require: "#fef5e0", route: "#e8f0fe", default: "#f4f4f5" } as const;

/** The graph in Graphviz' language: `policy graph --format dot | dot -Tpng > policy.png`. */
export function writeDot({ title, guards, routes, pools }: PolicyGraph): string {
  const lines = [
    "digraph policy {",
    `  label=${quote([title])}; labelloc=t; fontname="sans-serif"; rankdir=TB;`,
    '  node [shape=box, style="rounded,filled", fillcolor=white, fontname="sans-serif", fontsize=11];',
    '  edge [fontname="sans-serif", fontsize=10];',
    '  request [label="request", shape=oval];',
  ];
  let before = "request";
  if (guards.length > 0) {
    lines.push("  subgraph cluster_guards {", `    label=${quote(["guards: all that apply act, in any order"])};`);
    guards.forEach((row, index) => {
      const text = quote([row.title, ...row.condition, ...row.effect.map((line) => `→ ${line}`)]);
      lines.push(`    g${index} [label=${text}, fillcolor="${fills[row.kind]}"];`);
      // Guards stand below each other, though their order means nothing.
      lines.push(index === 0 ? "    request -> g0;" : `    g${index - 1} -> g${index} [style=invis];`);
    });
    lines.push("  }");
    before = `g${guards.length - 1}`;
  }
  routes.forEach((row: GraphRow, index) => {
    if (row.kind !== "default") {
      lines.push(`  r${index} [label=${quote([row.title, ...row.condition])}, fillcolor="${fills.route}"];`);
      lines.push(`  ${before} -> r${index}${index === 0 ? "" : ' [label="no"]'};`);
    }
    lines.push(`  to${index} [label=${quote(row.effect)}, fillcolor="#eef7ee"];`);
    if (row.kind === "default") lines.push(`  ${before} -> to${index} [label="${index === 0 ? "always" : "no"}"];`);
    else lines.push(`  r${index} -> to${index} [label="yes"]; { rank=same; r${index}; to${index}; }`);
    before = `r${index}`;
  });
  pools.forEach(({ name, items }, index) => {
    lines.push(`  pool${index} [label=${quote([`pool ${name}`, ...items])}, shape=note, fillcolor="#f4f4f5"];`);
  });
  lines.push("}");
  return `${lines.join("\n")}\n`;
}

/** Lines, aligned to the left. Graphviz reads `&lt;` and its like, so `&` is written out. */
function quote(lines: readonly string[]): string {
  const escapeLine = (line: string) =>
    safeText(line.replaceAll("\n", " ")).replaceAll("&", "&amp;").replaceAll("\\", "\\\\").replaceAll('"', '\\"');
  const escaped = lines.map(escapeLine);
  return `"${escaped.join("\\l")}${lines.length > 1 ? "\\l" : ""}"`;
}
