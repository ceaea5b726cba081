import type { FactValue } from "../../../engine/serving.js";
import { writeCount, writeUsd } from "./write-figures.js";

/** A fact's value as people read it. Tags are shown one by one elsewhere. */
export function writeFact(name: string, value: FactValue): string {
  if (typeof value === "number") {
    if (name === "time") return new Date(value).toISOString().replace("T", " ").replace(/\.\d+/, "");
    if (name.endsWith("_usd")) return writeUsd(value);
    if (name.endsWith("_tokens")) return writeCount(value);
    if (name.endsWith("_ms")) return `${writeCount(value)} ms`;
  }
  return typeof value === "object" ? value.join(", ") : String(value);
}
