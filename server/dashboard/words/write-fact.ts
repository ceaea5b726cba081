import type { FactValue } from "../../../engine/serving.js";
import { writeExact } from "./write-figures.js";

/** A fact's value as people read it, in full: it is what rules compare. Tags are shown one by one elsewhere. */
export function writeFact(name: string, value: FactValue): string {
  if (typeof value === "number") {
    if (name === "time") return new Date(value).toISOString().replace("T", " ").replace(/\.\d+/, "");
    const figure = writeExact(value, { useGrouping: /_(usd|tokens|ms)$/.test(name) });
    return name.endsWith("_usd") ? `$${figure}` : name.endsWith("_ms") ? `${figure} ms` : figure;
  }
  return typeof value === "object" ? value.join(", ") : String(value);
}
