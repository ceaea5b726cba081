import { expect, it } from "vitest";
import { formatFile, setAttributesIn } from "../../../engine/format/format-file.js";
import { scanComments } from "../../../engine/format/scan-comments.js";
import { compilePolicy } from "../../../engine/policy/compile-policy.js";
import type { SourceFile } from "../../../engine/source/source-file.js";
import { parseYaml } from "../../../engine/source/syntax/parse-yaml.js";
import { readPolicyDirectory } from "../../../server/policy-files/read-policy-directory.js";
import { Random } from "../../differential/random.js";
import { scatter } from "./scatter.js";

/** A long run: `FORMAT_FILES=20000 npx vitest run test/engine/format/format-file.property.test.ts`. */
const FILES = Number(process.env["FORMAT_FILES"] ?? 200);
const TIMEOUT_MS = 300_000 * Math.max(1, FILES / 800);
const seed = Number(process.env["FORMAT_SEED"] ?? 20_261_125);
const sets = await Promise.all(["policies", "cli/starter"].map(readPolicyDirectory));
const revisions = sets.map((files) => compilePolicy(files).value!.revision);

it(
  `says the same, keeps comments and is stable on ${FILES} files in random layouts (FORMAT_SEED=${seed})`,
  () => {
    let count = 0;
    for (let round = 0; count < FILES; round++) {
      const files = sets[round % sets.length]!;
      const random = new Random(seed + round);
      const revision = revisions[round % sets.length]!;
      const scattered = files.map((file) => ({ name: file.name, ...scatter(parseYaml(file).root!, random) }));
      const place = `seed ${seed + round}`;
      if (round % 20 < 2) expect(compilePolicy(scattered).value?.revision, `${place}: scattered`).toBe(revision);
      const setAttributes = setAttributesIn(scattered);
      const formatted = scattered.map(({ name, text, comments }): SourceFile => {
        const result = formatFile({ name, text }, setAttributes);
        if ("refused" in result) throw new Error(`${place} ${name}: refused: ${JSON.stringify(result.refused)}`);
        expect(
          scanComments({ name: "policy.yaml", text: result.text })
            .map((each) => each.text)
            .sort(),
          `${place} ${name}`,
        ).toEqual([...comments].sort());
        expect(formatFile({ name, text: result.text }, setAttributes), `${place} ${name}`).toEqual(result);
        count++;
        return { name, text: result.text };
      });
      expect(compilePolicy(formatted).value?.revision, place).toBe(revision);
    }
    expect(count).toBeGreaterThanOrEqual(FILES);
  },
  TIMEOUT_MS,
);

it(
  `never fails on ${FILES} mutilated files: it formats them, stably, or says they do not parse (FORMAT_SEED=${seed})`,
  () => {
    const texts = sets.flat();
    let formatted = 0;
    for (let round = 0; round < FILES; round++) {
      const random = new Random(seed + 1_000_000 + round);
      const text = mutilate(random.pick(texts).text, random);
      const result = formatFile({ name: "policy.yaml", text });
      if ("refused" in result) {
        expect(result.refused, `seed ${seed + 1_000_000 + round}\n${text}`).toBeInstanceOf(Array);
        continue;
      }
      formatted++;
      expect(
        formatFile({ name: "policy.yaml", text: result.text }),
        `seed ${seed + 1_000_000 + round}\n${text}`,
      ).toEqual(result);
    }
    expect(formatted).toBeGreaterThan(FILES / 10);
  },
  TIMEOUT_MS,
);

const scraps = [
  "#",
  " # x\n",
  "\n",
  "\n\n",
  "  ",
  "- ",
  ": ",
  "{",
  "}",
  "[",
  "]",
  ",",
  '"',
  "'",
  "|",
  ">",
  "\t",
  "é",
  "~",
  "0x1f",
  "\r\n",
  "&a ",
  "*a",
  "?",
];

function mutilate(text: string, random: Random): string {
  const start = random.integer(0, Math.max(0, text.length - 2_000));
  let result = start === 0 ? text.slice(0, 2_000) : text.slice(text.indexOf("\n", start) + 1, start + 2_000);
  for (let edits = random.integer(0, 3); edits > 0; edits--) {
    const at = random.integer(0, result.length);
    result = result.slice(0, at) + random.pick(scraps) + result.slice(at + random.pick([0, 0, 0, 1, 5]));
  }
  return result;
}
