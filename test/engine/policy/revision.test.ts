import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { compilePolicy } from "../../../engine/policy/compile-policy.js";
import type { Rule } from "../../../engine/policy/policy-set.js";
import { KnownHashes, shortRevision } from "../../../engine/policy/revision.js";
import { plainValue } from "../../../engine/source/located.js";
import type { SourceFile } from "../../../engine/source/source-file.js";
import { parseYaml } from "../../../engine/source/syntax/parse-yaml.js";
import { readPolicyDirectory } from "../../../server/policy-files/read-policy-directory.js";
import { Random } from "../../differential/random.js";
import { setOf } from "../compile/harness.js";
import { completed } from "../diagnostics/read-broken-sets.js";
import { is } from "../explain/harness.js";

const shipped = (await readPolicyDirectory("policies")).filter(({ name }) => !name.startsWith("tests/"));

function revision(files: readonly SourceFile[]): string {
  const { value, diagnostics } = compilePolicy(files);
  expect(diagnostics).toEqual([]);
  return value!.revision;
}

function withRules(rules: string, ...others: readonly SourceFile[]): readonly SourceFile[] {
  return completed([{ name: "rules.yaml", text: `kind: policy\nrules:\n${rules}` }, ...others]);
}

function edited(name: string, from: string, to: string): readonly SourceFile[] {
  const changed = shipped.map((file) => (file.name === name ? { name, text: file.text.replace(from, to) } : file));
  expect(changed, `${name} holds ${from}`).not.toEqual(shipped);
  return changed;
}

/** The same value with the keys of every mapping in another order; lists keep theirs. */
function reorder(value: unknown, order: () => number): unknown {
  if (Array.isArray(value)) return value.map((item) => reorder(item, order));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [order(), key, reorder(item, order)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => a - b).map(([, key, item]) => [key, item]));
}

describe("revisionOf()", () => {
  it("is 64 hex digits, of which people see 12, the same at every run", () => {
    expect(revision(shipped)).toMatch(/^[0-9a-f]{64}$/);
    expect(revision(shipped)).toBe(revision(shipped));
    expect(shortRevision(revision(shipped))).toHaveLength(12);
    // Pinned: it may only change together with what a policy means.
    expect(shortRevision(revision(completed([])))).toBe("36de7c028763");
  });

  it("is the same for other comments, blank lines and line ends", () => {
    const again = shipped.map(({ name, text }) => ({
      name,
      text: `# new\n\n${text.replace(/^ *#.*\n/gm, "").replaceAll("\n", "\r\n\r\n")}`,
    }));
    expect(revision(again)).toBe(revision(shipped));
  });

  it("is the same for any layout and any order of keys, but that of models", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000), { minLength: 1, maxLength: 50 }), fc.boolean(), (order, isFlow) => {
        let at = 0;
        const next = () => order[at++ % order.length]!;
        const again = shipped.map((file) => {
          const value = plainValue(parseYaml(file).root!) as Record<string, unknown>;
          const ordered = reorder(value, next) as Record<string, unknown>;
          // The order of models is that of `select`, and of a bare name's author.
          if (value["models"] !== undefined) ordered["models"] = value["models"];
          return {
            name: file.name,
            text: stringify(ordered, { collectionStyle: isFlow ? "flow" : "any", lineWidth: 0 }),
          };
        });
        expect(revision(again)).toBe(revision(shipped));
      }),
      { numRuns: 15, seed: 7 },
    );
  });

  it("is the same when rules are split into includes", () => {
    const one = withRules(`  - { id: a, deny: "no" }\n  - { id: b, deny: "never" }\n`);
    const a = { name: "a.yaml", text: `kind: policy\nrules:\n  - { id: a, deny: "no" }\n` };
    const split = withRules(`  - include: a.yaml\n  - { id: b, deny: "never" }\n`, a);
    expect(revision(split)).toBe(revision(one));
  });

  it("does not depend on tests", () => {
    const test = { name: "tests/a.yaml", text: `kind: test\ntests:\n  - { name: a, expect: { denied: false } }\n` };
    expect(revision([...shipped, test])).toBe(revision(shipped));
  });

  it.each([
    ["a price", "catalog.yaml", "input: 3.00", "input: 3.01"],
    ["a region", "catalog.yaml", "region: eu", "region: us"],
    ["a text for clients", "guards.yaml", "The budget of this key is spent.", "Spent."],
    ["a reason for people", "guards.yaml", "GDPR art. 44.", "GDPR."],
    ["a threshold", "policy.yaml", "gte: 200k", "gte: 201k"],
    ["a default", "policy.yaml", "default: pro", "default: free"],
    ["the order of candidates", "policy.yaml", "[requested, economy]", "[economy, requested]"],
    ["the set's name", "policy.yaml", "name: production", "name: other"],
    ["a scope", "policy.yaml", "scope: { tenant: search }", "scope: { tenant: sales }"],
    ["any in place of all", "teams/search.yaml", "all: [answer, cited]", "any: [answer, cited]"],
    ["a weight", "policy.yaml", "openai/gpt-4.1: 90", "openai/gpt-4.1: 80"],
    ["the direction of a bound", "policy.yaml", "lt: 1500", "gt: 1500"],
  ])("is another one for %s", (_what, name, from, to) => {
    expect(revision(edited(name, from, to))).not.toBe(revision(shipped));
  });

  it("is another one for other orders of rules", () => {
    const first = withRules(`  - { id: a, route: { to: [economy] } }\n  - { id: b, route: { to: [strong] } }\n`);
    const second = withRules(`  - { id: b, route: { to: [strong] } }\n  - { id: a, route: { to: [economy] } }\n`);
    expect(revision(second)).not.toBe(revision(first));
  });
});

describe("KnownHashes", () => {
  it("gives what it would give without what it knows, edit after edit", () => {
    const random = new Random(20261126);
    const [first] = setOf([is("tenant", "a")]).rules;
    let made = 0;
    const fresh = (): Rule => ({ ...(first as Rule), id: `rule-${made++}` });
    const known = new KnownHashes();
    const hashes = new Set<string>();
    let rules = Array.from({ length: 1_500 }, fresh);
    for (let edit = 0; edit < 60; edit++) {
      const hash = known.ofRules(rules);
      expect(hash).toBe(new KnownHashes().ofRules(rules));
      hashes.add(hash);
      const at = random.integer(0, rules.length);
      const chance = random.next();
      if (chance < 0.3) rules = rules.toSpliced(at, random.integer(1, 40));
      else if (chance < 0.6) rules = rules.toSpliced(at, 0, ...random.list(1, 40, fresh));
      else if (chance < 0.8) rules = [...rules.slice(at), ...rules.slice(0, at)];
      else rules = chance < 0.9 ? rules.slice(0, -1) : [...rules, fresh()];
    }
    expect(hashes.size).toBeGreaterThan(55);
  });
});
