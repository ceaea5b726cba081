import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderDiagnostics } from "../../../engine/diagnostics/render-diagnostics.js";
import { decide } from "../../../engine/evaluate/decide.js";
import { decideInOrder } from "../../../engine/evaluate/decide-in-order.js";
import type { Facts } from "../../../engine/evaluate/facts.js";
import { compilePolicy } from "../../../engine/policy/compile-policy.js";
import type { SourceFile } from "../../../engine/source/source-file.js";
import { readPolicyDirectory } from "../../../server/policy-files/read-policy-directory.js";
import { expectWellFormed } from "../diagnostics/expect-well-formed.js";
import { completed } from "../diagnostics/read-broken-sets.js";

const shipped = await readPolicyDirectory("policies");
/** Small files, so that many edits fit into a second, and the shipped rules with all their forms. */
const sets: readonly (readonly SourceFile[])[] = [
  completed([]),
  completed([
    {
      name: "tests/a.yaml",
      text: `kind: test\ntests:\n  - { name: a, request: { tags: [pii] }, expect: { rule: code } }\n`,
    },
  ]),
  shipped.filter(({ name }) => !name.startsWith("tests/")),
];

const snippets = [
  ..."[]{}:,#&*!|>%@`\"'\n\t -?".split(""),
  ...[
    "\r\n",
    "\r",
    "\u0000",
    "\ufeff",
    "🚀",
    "é",
    "\u2028",
    "---\n",
    "...\n",
    "<<: *a\n",
    "&a ",
    "*a",
    "!!str ",
    "null",
    "~",
  ],
  ...[
    "200k",
    "-1",
    "1e400",
    ".inf",
    "0x1F",
    "99999999999999999999",
    "true",
    "kind: policy",
    "kind: test\n",
    "- id: a\n",
  ],
  ...[
    "include: policy.yaml",
    "attributes.plan",
    "__proto__: 1\n",
    "{ select: {} }",
    "[[[[[[[[",
    "openai/gpt-4.1@openai",
  ],
];

/** One random edit: cut a stretch, copy it elsewhere, or put something in. */
const edit = fc.record({
  file: fc.nat(20),
  at: fc.nat(1_000_000),
  length: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(80)),
  put: fc.oneof(fc.constant(""), fc.constantFrom(...snippets), fc.constant("copy")),
  from: fc.nat(1_000_000),
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: what must not reach a terminal
const unseen = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;

const requests: readonly Facts[] = [
  {},
  { model: "auto", tags: [], stream: false, context_tokens: 10, time: 1_795_000_000_000 },
  { model: "openai/gpt-4.1", tags: ["code", "pii"], budget_usd: 0.01, context_tokens: 300_000, priority: "batch" },
];

/** A long run: `FUZZ_RUNS=20000 npx vitest run test/engine/policy/compile-policy.fuzz.test.ts`. */
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 600);

describe(`compilePolicy() on ${RUNS} randomly edited policies`, () => {
  it(
    "never throws, tells well-formed findings, and what it finds sound decides every request",
    () => {
      let sound = 0;
      let refused = 0;
      fc.assert(
        fc.property(fc.nat(sets.length - 1), fc.array(edit, { minLength: 1, maxLength: 4 }), (set, edits) => {
          const files = edits.reduce(applied, sets[set]!);
          const { value, diagnostics } = compilePolicy(files);
          expectWellFormed(diagnostics, files);
          expect(renderDiagnostics(diagnostics, files)).not.toMatch(unseen);
          expect(value === undefined).toBe(diagnostics.some(({ severity }) => severity === "error"));
          if (value === undefined) {
            refused++;
            return;
          }
          sound++;
          for (const facts of requests) expect(decide(value, facts)).toEqual(decideInOrder(value.set, facts));
        }),
        { numRuns: RUNS, seed: 20261125 },
      );
      expect(sound).toBeGreaterThan(RUNS / 24);
      expect(refused).toBeGreaterThan(RUNS / 3);
    },
    240_000 * Math.max(1, RUNS / 1_200),
  );
});

type Edit = typeof edit extends fc.Arbitrary<infer Value> ? Value : never;

function applied(files: readonly SourceFile[], { file, at, length, put, from }: Edit): readonly SourceFile[] {
  const index = file % files.length;
  return files.map((each, position) => {
    if (position !== index) return each;
    const { text } = each;
    const start = at % (text.length + 1);
    const piece = put === "copy" ? text.slice(from % (text.length + 1)).slice(0, length) : put;
    return { name: each.name, text: text.slice(0, start) + piece + text.slice(start + (put === "copy" ? 0 : length)) };
  });
}
