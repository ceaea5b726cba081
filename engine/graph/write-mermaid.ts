import { safeText } from "../explain/text-table.js";
import type { GraphRow, PolicyGraph } from "./graph-rows.js";

/** The graph as a Mermaid flowchart, which GitHub and many editors draw. */
export function writeMermaid({ title, guards, routes, pools }: PolicyGraph): string {
  const lines = ["---", `title: ${JSON.stringify(title)}`, "---", "flowchart TD", `  request(["request"])`];
  let before = "request";
  if (guards.length > 0) {
    lines.push(`  subgraph guards ["guards: all that apply act, in any order"]`);
    for (const [index, row] of guards.entries()) lines.push(`    g${index}["${label(row)}"]:::${row.kind}`);
    lines.push("  end", "  request --> guards");
    before = "guards";
  }
  routes.forEach((row, index) => {
    const end = `to${index}["${row.effect.map(escapeLabel).join("<br/>")}"]:::target`;
    if (row.kind === "default") lines.push(`  ${before} -->|${index === 0 ? "always" : "no"}| ${end}`);
    else {
      lines.push(`  r${index}{{"${label(row, false)}"}}:::route`);
      lines.push(`  ${before} -->${index === 0 ? "" : "|no|"} r${index}`, `  r${index} -->|yes| ${end}`);
    }
    before = `r${index}`;
  });
  pools.forEach(({ name, items }, index) => {
    lines.push(
      `  pool${index}[/"<b>pool ${escapeLabel(name)}</b><br/>${items.map(escapeLabel).join("<br/>")}"/]:::pool`,
    );
  });
  lines.push(
    "  classDef deny fill:#fde8e8,stroke:#c0392b,color:#222",
    "  classDef require fill:#fef5e0,stroke:#b7791f,color:#222",
    "  classDef route fill:#e8f0fe,stroke:#2b5fc0,color:#222",
    "  classDef target fill:#eef7ee,stroke:#2f855a,color:#222",
    "  classDef pool fill:#f4f4f5,stroke:#71717a,color:#222",
  );
  return `${lines.join("\n")}\n`;
}

function label({ title, condition, effect }: GraphRow, withEffect = true): string {
  const words = [...condition, ...(withEffect ? effect.map((line) => `→ ${line}`) : [])];
  return `<b>${escapeLabel(title)}</b><br/>${words.map(escapeLabel).join("<br/>")}`;
}

/** Mermaid writes characters that mean something as `#name;`. */
function escapeLabel(text: string): string {
  return safeText(text.replaceAll("\n", " "))
    .replaceAll("#", "#35;")
    .replaceAll("&", "#amp;")
    .replaceAll('"', "#quot;")
    .replaceAll("<", "#lt;")
    .replaceAll(">", "#gt;")
    .replaceAll("`", "#96;");
}
