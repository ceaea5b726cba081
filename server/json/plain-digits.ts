/** All digits of a number of JSON, without an exponent: `1e-7` → `0.0000001`. */
export function plainDigits(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 20, useGrouping: false });
}
