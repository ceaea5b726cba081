import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sampleRequests } from "../../../../engine/coverage/sample-requests.js";
import { seededRandom } from "../../../../engine/coverage/suggest-tests.js";
import { explain } from "../../../../engine/explain/explain.js";
import { factsOfRecord } from "../../../../engine/explain/record-facts.js";
import { compilePolicy } from "../../../../engine/policy/compile-policy.js";
import type { CompiledPolicy } from "../../../../engine/policy/compiled-policy.js";
import { RecordReader } from "../../../../engine/replay/records/record-reader.js";
import { KNOWN, NUMBER } from "../../../../engine/replay/records/record-values.js";
import { parseDecision } from "../../../../engine/replay/replay-decision.js";
import { readPolicyDirectory } from "../../../../server/policy-files/read-policy-directory.js";

const policy = compilePolicy(await readPolicyDirectory("policies")).value as CompiledPolicy;
const newReader = () => new RecordReader((bytes, start, end) => Buffer.from(bytes).toString("utf8", start, end));

/** What both ways read of a line; undefined when it is no decision. */
interface Read {
  readonly rule: unknown;
  readonly revision: unknown;
  readonly chosen: unknown;
  readonly fallbacks: unknown;
  readonly world: unknown;
  readonly facts: unknown;
}
/** A JSON text as both ways must read it: without what is undefined. */
const known = (value: object) => Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));

/** An empty map of figures says as much as none. */
const withFigures = (world: object) =>
  Object.fromEntries(Object.entries(known(world)).filter(([, value]) => JSON.stringify(value) !== "{}"));

function plainly(line: string): Read | undefined {
  const record = parseDecision(line);
  if (record === undefined) return undefined;
  const { rule, chosen, fallbacks, world } = record;
  return {
    rule,
    revision: record.policy.revision,
    chosen,
    fallbacks,
    world: withFigures(world),
    facts: known(factsOfRecord(record)),
  };
}

/** Reads the last of some lines of a log, after those before it. "plain way" when the reader hands it on. */
function read(reader: RecordReader, ...lines: string[]): Read | "plain way" {
  // Another line stands before and behind them, as in a log.
  const all = ['{"before":1}', ...lines, '{"behind":2}'];
  reader.open(new TextEncoder().encode(all.join("\n")));
  let start = 0;
  let end = -1;
  for (const line of all.slice(0, -1)) {
    end = reader.read(start);
    if (end !== -1) expect(end - start).toBe(Buffer.byteLength(line));
    start += Buffer.byteLength(line) + 1;
  }
  if (end === -1) return "plain way";
  const { rule, revision, chosen, fallbacks, world } = reader.record;
  return { rule, revision, chosen, fallbacks, world: withFigures(world), facts: known(reader.record.facts()) };
}

const text = fc.oneof(
  { weight: 60, arbitrary: fc.constantFrom("auto", "code", "sql", "a/b@c", "", "default", "1", "10", "}", '},"x":{') },
  { weight: 2, arbitrary: fc.string({ maxLength: 12 }) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 6 }) },
);
const figure = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: -5, max: 200_000 }) },
  { weight: 20, arbitrary: fc.nat(1e9).map((count) => count / 1e4) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
);
const fact = fc.record({
  value: fc.oneof(text, figure, fc.boolean(), fc.array(text, { maxLength: 3 })),
  source: fc.oneof(fc.constantFrom("body model", "clock", "default", "header x-route-tags"), text),
});
const name = fc.constantFrom(
  "model",
  "tags",
  "context_tokens",
  "session",
  "time",
  "attributes.plan",
  "attributes.other",
);
const world = fc.record(
  {
    down: fc.array(text, { maxLength: 2 }),
    answers: fc.constantFrom(1, 2, 10, 12),
    no_fallback: fc.boolean(),
    incapable: fc.dictionary(text, text, { maxKeys: 2 }),
    latency_ms: fc.dictionary(text, figure, { maxKeys: 3 }),
    in_flight: fc.dictionary(text, fc.nat(9), { maxKeys: 2 }),
    seed: fc.oneof(text, fc.nat()),
    prefix: text,
  },
  { requiredKeys: [] },
);
const record = fc.record(
  {
    rule: text,
    id: fc.oneof({ weight: 9, arbitrary: text }, { weight: 1, arbitrary: fc.nat() as fc.Arbitrary<unknown> }),
    time: fc.constant("2026-11-24T09:00:00.000Z"),
    policy: fc.record({ name: text, revision: fc.constantFrom("aa", "bb") }),
    facts: fc.dictionary(name, fact, { maxKeys: 5 }),
    chosen: text,
    fallbacks: fc.array(text, { maxLength: 3 }),
    assumed_output_tokens: fc.nat(),
    world,
    seed: text,
    attempts: fc.array(fc.record({ endpoint: text, total_ms: figure }), { maxLength: 2 }),
    warnings: fc.array(text, { maxLength: 1 }),
    simulated: fc.constant(true),
  },
  { requiredKeys: ["id", "policy", "facts", "fallbacks", "world", "warnings"], noNullPrototype: true },
);

describe("reading records from their bytes", () => {
  it("reads the server's own records, and as the plain way does", () => {
    const reader = newReader();
    for (const [number, facts] of sampleRequests(policy.set, 500, seededRandom(7)).entries()) {
      const latency = { "openai/gpt-4.1@openai": number + 0.25 };
      const full = explain(policy, facts, { seed: `s-${number}`, latency_ms: latency }, { id: `dec_${number}` });
      const { outcome, candidates, ...stored } = full;
      for (const line of [stored, { rule: outcome.route.rule, ...stored }].map((each) => JSON.stringify(each))) {
        expect(read(reader, line)).toEqual(plainly(line));
      }
      expect(read(reader, JSON.stringify(full))).toBe("plain way");
    }
  });

  it("reads whatever it reads as the plain way does", () => {
    const reader = newReader();
    let count = 0;
    fc.assert(
      fc.property(record, fc.boolean(), (each, isShuffled) => {
        const { rule, ...rest } = each;
        const ordered = isShuffled ? Object.fromEntries(Object.entries(each).reverse()) : { rule, ...rest };
        const line = JSON.stringify(ordered);
        const fast = read(reader, line);
        if (fast === "plain way") return;
        count++;
        expect(fast).toEqual(plainly(line));
      }),
      { numRuns: 5_000, seed: 20261125 },
    );
    expect(count).toBeGreaterThan(300);
  });

  it("reads what differs from the line before, and holds what does not, as the plain way does", () => {
    const reader = newReader();
    // Records that have most in common: each is made of the entries of two.
    const alike = fc.array(record, { minLength: 1, maxLength: 2 }).chain((originals) =>
      fc.array(
        fc.array(fc.nat(originals.length - 1), { minLength: 40, maxLength: 40 }).map((choices) => {
          let next = 0;
          const choose = <Entries extends object>(all: readonly Entries[]): Entries => {
            const names = [...new Set(all.flatMap((each) => Object.keys(each)))] as (keyof Entries)[];
            const entries = names.map((name) => [name, all[choices[next++ % 40] as number]?.[name]] as const);
            return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Entries;
          };
          const facts = choose(originals.map((each) => each.facts));
          const world = choose(originals.map((each) => each.world));
          return JSON.stringify({ ...choose(originals), facts, world });
        }),
        { minLength: 2, maxLength: 5 },
      ),
    );
    let count = 0;
    fc.assert(
      fc.property(alike, (lines) => {
        const fast = read(reader, ...lines);
        if (fast === "plain way") return;
        count++;
        expect(fast).toEqual(plainly(lines.at(-1) as string));
      }),
      { numRuns: 5_000, seed: 20261126 },
    );
    expect(count).toBeGreaterThan(300);
  });

  it("reads no line in which a name stands twice, whatever came before", () => {
    const line = (facts: string, rest: string) =>
      `{"id":"a","policy":{"name":"p","revision":"r"},"facts":{${facts}},${rest}"fallbacks":[],"world":{"answers":2},"warnings":[]}`;
    const fact = (name: string, value: string) => `"${name}":{"value":${value},"source":"given"}`;
    const [app, other] = [fact("app", '"x"'), fact("tenant", '"y"')];
    const [chosen, passed] = ['"chosen":"a/b@c",', '"simulated":"yes",'];
    const worlds = (first: string, second: string, third: string) =>
      `{"id":"a",${first},${second},${third},"policy":{"name":"p","revision":"r"},"facts":{},"fallbacks":[],"warnings":[]}`;
    const [one, two] = ['"one":"1"', '"two":"2"'];
    const [answers, down] = ['"world":{"answers":2}', '"world":{"down":["x"]}'];
    const sound = [
      worlds(one, answers, two),
      worlds(two, down, one),
      line(`${app},${other}`, chosen + passed),
      line(`${other},${app}`, passed + chosen),
      line(app, chosen),
      line("", ""),
    ];
    const twice = [
      worlds(`${one},${answers}`, `${two},${down}`, one),
      line(`${app},${other},${app}`, ""),
      line(`${app},${other},${fact("app", "7")}`, ""),
      line(app, chosen + passed + chosen),
    ];
    const reader = newReader();
    for (const each of sound) expect(read(reader, each)).toEqual(plainly(each));
    for (const before of sound) {
      for (const each of twice) {
        expect(read(reader, before, each)).toBe("plain way");
        for (const behind of sound) expect(read(reader, before, each, behind)).toEqual(plainly(behind));
      }
    }
  });

  it("reads a number as one, though the line before had something else in its place", () => {
    const reader = newReader();
    const line = (value: string) =>
      `{"id":"a","policy":{"revision":"r"},"facts":{"context_tokens":{"value":${value},"source":"given"}},"fallbacks":[],"world":{},"warnings":[]}`;
    for (const value of ['"many"', "12", "true", "13", "[]", "14"]) {
      expect(read(reader, line('"many"'), line(value))).toEqual(plainly(line(value)));
      const kind = reader.record.kinds[reader.record.numberOfFact("context_tokens")];
      expect(kind).toBe(/\d/.test(value) ? NUMBER : KNOWN);
    }
  });

  it("reads every digit of a number", () => {
    const random = seededRandom(20261126);
    const reader = newReader();
    const digits = (count: number) => Array.from({ length: count }, () => Math.floor(10 * random())).join("");
    const line = (value: string) =>
      `{"id":"a","policy":{"revision":"r"},"facts":{"context_tokens":{"value":${value},"source":"given"}},"fallbacks":[],"world":{},"warnings":[]}`;
    for (let whole = 1; whole <= 20; whole++) {
      for (let behind = 0; behind <= 20; behind++) {
        for (let round = 0; round < 8; round++) {
          const value = `${1 + Math.floor(9 * random())}${digits(whole - 1)}${behind === 0 ? "" : `.${digits(behind)}`}`;
          const fast = read(reader, line("7"), line(value));
          expect(fast).not.toBe("plain way");
          expect(fast).toEqual(plainly(line(value)));
        }
      }
    }
  });

  it("reads a record whose last entry is a text or a number, as tools that filter logs leave them", () => {
    const reader = newReader();
    const start = '{"id":"a","policy":{"revision":"r"},"facts":{},"fallbacks":[],"world":{}';
    for (const end of [
      '"seed":"b"',
      '"assumed_output_tokens":12',
      '"attempts":[{"total_ms":1.5}]',
      '"attempts":["x"]',
    ]) {
      const line = `${start},${end}}`;
      expect(read(reader, line)).toEqual(plainly(line));
      for (const wrong of [`${line}}`, `${start},${end}]`, `${start},${end}`]) {
        expect(read(reader, wrong)).toBe("plain way");
        expect(read(reader, line, wrong)).toBe("plain way");
      }
    }
  });

  it("reads no line that was cut, and none with a byte too many or another one", () => {
    const reader = newReader();
    const { outcome, candidates, ...stored } = explain(
      policy,
      { model: "auto", context_tokens: 1_000, tags: ["code"] },
      { seed: "s" },
      { id: "dec_1" },
    );
    const line = JSON.stringify({ rule: "code", ...stored });
    expect(read(reader, line)).toEqual(plainly(line));
    for (let length = 0; length < line.length; length++) {
      const cut = line.slice(0, length);
      expect(read(reader, cut)).toBe("plain way");
      expect(read(reader, line, cut)).toBe("plain way");
      // Written half, then whole: as a process leaves it that was killed, and goes on.
      if (length > 0) expect(read(reader, cut + line)).toBe("plain way");
    }
    for (let at = 0; at <= line.length; at++) {
      for (const letter of ['"', "{", "}", ",", "0", "\\", " ", "é", "\t"]) {
        const broken = `${line.slice(0, at)}${letter}${line.slice(at)}`;
        for (const fast of [read(reader, broken), read(reader, line, broken), read(reader, broken, line, broken)]) {
          if (fast !== "plain way") expect(fast, broken).toEqual(plainly(broken));
        }
        const replaced = `${line.slice(0, at)}${letter}${line.slice(at + 1)}`;
        const fast = read(reader, line, replaced);
        if (fast !== "plain way") expect(fast, replaced).toEqual(plainly(replaced));
      }
    }
  });

  it("goes on when it has met more texts than it keeps", () => {
    const reader = newReader();
    for (let number = 0; number < 3_000; number++) {
      const facts = { app: { value: `app-${number}-${"x".repeat(500)}`, source: "key" } };
      const line = JSON.stringify({ id: "a", policy: { revision: "r" }, facts, fallbacks: [], world: {} });
      const fast = read(reader, line);
      if (fast !== "plain way") expect(fast).toEqual(plainly(line));
    }
    const line = '{"id":"a","policy":{"revision":"r"},"facts":{},"fallbacks":["x"],"world":{}}';
    expect(read(reader, line)).toEqual(plainly(line));
  });
});
