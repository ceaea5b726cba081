import type { Facts } from "../../engine/index.js";

const sizes = [1, 12, 80, 200, 900, 3_000, 12_000, 40_000, 90_000, 190_000];
const shapes: readonly Partial<Facts>[] = [
  {},
  { stream: true },
  { uses_tools: true },
  { uses_json_schema: true },
  { max_output_tokens: 16 },
  { max_output_tokens: 8_000 },
  { user: "u-1", session: "u-1" },
  { model: "gpt-3.5-turbo" },
  { model: "some-model-we-do-not-have" },
  { stream: true, uses_tools: true, uses_json_schema: true, max_output_tokens: 4_096 },
];

/** A hundred requests as the proxy observes them when a client sends no hint: ten shapes in ten sizes, over a week. */
export const plainRequests: readonly Facts[] = sizes.flatMap((size, sizeIndex) =>
  shapes.map((shape, shapeIndex) => ({
    model: "auto",
    context_tokens: size,
    stream: false,
    uses_tools: false,
    uses_vision: false,
    uses_json_schema: false,
    time: Date.UTC(2026, 10, 23) + (sizeIndex * 10 + shapeIndex) * 101 * 60_000,
    ...shape,
  })),
);
