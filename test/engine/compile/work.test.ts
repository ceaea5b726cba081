import { describe, expect, it } from "vitest";
import type { DecisionTree } from "../../../engine/compile/decision-tree.js";
import { type TreeTuning, usualTuning } from "../../../engine/compile/tree-tuning.js";
import type { Condition } from "../../../engine/conditions/condition.js";
import { decide } from "../../../engine/evaluate/decide.js";
import type { Facts } from "../../../engine/evaluate/facts.js";
import { machineryOf } from "../../../engine/evaluate/machinery.js";
import { all, any, atLeast, below, has, is, isTrue, not, span } from "../explain/harness.js";
import { compile, decided, type RuleText, setOf } from "./harness.js";

/** How many rules are asked, and how many facts are read, for one decision: what a tree is for, counted, not timed. */
function workOf(tree: DecisionTree, act: () => void): { asked: number; read: number } {
  const { reader } = machineryOf(tree);
  const { holds, read } = reader;
  const work = { asked: 0, read: 0 };
  reader.holds = (program, facts) => {
    work.asked++;
    return holds.call(reader, program, facts);
  };
  reader.read = (fact, facts) => {
    work.read++;
    return read.call(reader, fact, facts);
  };
  act();
  Object.assign(reader, { holds, read });
  return work;
}

/** The work of decisions by one tree, each after it was seen to agree with the plain reading. */
function workFor(rules: readonly RuleText[], tuning?: TreeTuning) {
  const policy = compile(setOf(rules), tuning);
  return (facts: Facts) => {
    decided(policy, facts);
    return workOf(policy.tree, () => decide(policy, facts));
  };
}

const many = (count: number, condition: (at: number) => Condition) =>
  Array.from({ length: count }, (_, at) => condition(at));

describe("the tree", () => {
  it("asks one of two hundred rules that want different values", () => {
    const work = workFor(many(200, (at) => all(is("tenant", `t${at}`), atLeast("context_tokens", 10))));
    expect(work({ tenant: "t170", context_tokens: 10 }).asked).toBe(1);
    expect(work({ tenant: "t170", context_tokens: 9 }).asked).toBeLessThanOrEqual(1);
    expect(work({ tenant: "nobody", context_tokens: 10 }).asked).toBe(0);
    expect(work({ context_tokens: 10 }).asked).toBe(0);
  });

  it("asks only the rules that a request's tags lead to", () => {
    const work = workFor(many(200, (at) => all(has("any", `tag${at}`), isTrue("stream"))));
    expect(work({ tags: ["tag3", "tag190", "other"], stream: false }).asked).toBeLessThanOrEqual(2);
    expect(work({ tags: ["other"], stream: true }).asked).toBe(0);
  });

  it("goes by the rarest of the tags that a rule must have all", () => {
    const work = workFor(many(100, (at) => has("all", "common", `rare${at}`)));
    expect(work({ tags: ["common", "rare7"] }).asked).toBeLessThanOrEqual(1);
    const lists = workFor(many(100, (at) => all(has("any", "common", `r${at}`), has("any", `s${at}`, `t${at}`))));
    expect(lists({ tags: ["common", "t7"] }).asked).toBeLessThanOrEqual(1);
  });

  it("files a rule under every value it names, when they are many too", () => {
    const values = (at: number) => Array.from({ length: 20 }, (_, value) => `t${at * 20 + value}`);
    const work = workFor(many(60, (at) => is("tenant", ...values(at))));
    expect(work({ tenant: "t321" }).asked).toBe(1);
    const tagged = workFor(many(60, (at) => has("any", ...values(at))));
    expect(tagged({ tags: ["t321"] }).asked).toBe(1);
  });

  it("files rules by what their scope says, which many of them share", () => {
    const glob: Condition = { kind: "glob", fact: "model", pattern: "no*", span };
    const scopes = many(3, (scope) => is("tenant", ...Array.from({ length: 20 }, (_, at) => `t${scope}-${at}`)));
    const work = workFor(many(60, (at) => all(scopes[at % 3] as Condition, glob)));
    expect(work({ tenant: "t2-7", model: "x" }).asked).toBe(20 + 1); // What they share, once.
    expect(work({ tenant: "t7", model: "x" }).asked).toBe(0);
  });

  it("asks few of the rules that only a number tells apart", () => {
    const work = workFor(
      many(300, (at) => all(atLeast("context_tokens", 100 * at), below("context_tokens", 100 * at + 100))),
    );
    const { asked } = work({ context_tokens: 12_150 });
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThan(300 / 16);
  });

  it("asks few of the rules that no fact alone tells apart", () => {
    const work = workFor(
      many(512, (at) => all(is("tenant", `t${at % 8}`), is("app", `a${(at >> 3) % 8}`), is("region", `r${at >> 6}`))),
    );
    expect(work({ tenant: "t5", app: "a3", region: "r5" }).asked).toBeLessThanOrEqual(8);
    expect(work({ tenant: "t5", app: "a3" }).asked).toBeLessThanOrEqual(8);
  });

  it("asks guards for what is absent, and only those", () => {
    const work = workFor(many(120, (at) => ({ deny: all(is("tenant", `t${at}`), is("app", "x")) }) as never));
    // Absent tenant: every guard is unknown, so the first one denies.
    expect(work({ app: "x" }).asked).toBeLessThanOrEqual(1);
    expect(work({ tenant: "t119", app: "y" }).asked).toBeLessThanOrEqual(1);
    expect(work({ tenant: "t119" }).asked).toBe(1);
  });

  it("stops at the first route that acts", () => {
    const rules = many(200, (at) => all(is("tenant", "t"), below("context_tokens", at)));
    const work = workFor(rules);
    expect(work({ tenant: "t", context_tokens: 20 }).asked).toBeLessThanOrEqual(22);
    expect(workFor([all(), ...rules])({ tenant: "t", context_tokens: 20 }).asked).toBeLessThanOrEqual(1);
  });

  it("reads no fact that decides nothing any more", () => {
    const work = workFor(many(200, (at) => all(is("tenant", `t${at}`), is("app", `a${at}`), isTrue("stream"))));
    expect(work({ tenant: "t1", app: "a1", stream: true })).toEqual({ asked: 1, read: 3 });
    expect(work({ tenant: "nobody", app: "a1", stream: true }).read).toBe(1);
  });
});

describe("a bitmap", () => {
  const bitmaps: TreeTuning = { ...usualTuning, nodeCost: 1e9 };
  const hashed: TreeTuning = { ...bitmaps, directCells: -1e9 };
  /** Leaves a rule to be asked that no column drops. */
  const asked: Condition = { kind: "glob", fact: "model", pattern: "no*", span };

  it("reads the fact that drops most rules first, and no other when none is left", () => {
    for (const tuning of [bitmaps, hashed]) {
      const work = workFor(
        many(30, (at) => all(isTrue("stream"), has("any", `x${at % 3}`), is("tenant", `t${at}`))),
        tuning,
      );
      expect(work({ stream: true, tags: ["x0"], tenant: "nobody" })).toEqual({ asked: 0, read: 1 });
      expect(work({ stream: true, tags: ["x0"] })).toEqual({ asked: 0, read: 1 });
      // One rule is left: what else it needs is read, and its rows tell it whole.
      expect(work({ stream: true, tags: ["x0"], tenant: "t27" })).toEqual({ asked: 0, read: 3 });
    }
  });

  it("drops rules by strings, booleans, tags and numbers alike", () => {
    for (const tuning of [bitmaps, hashed]) {
      const strings = workFor(
        many(90, (at) => all(is("tenant", `t${at % 30}`, `u${at % 30}`), asked)),
        tuning,
      );
      expect(strings({ tenant: "u7", model: "x" }).asked).toBe(3);
      const tags = workFor(
        many(90, (at) => all(has("any", `t${at % 30}`, `u${at % 30}`), asked)),
        tuning,
      );
      expect(tags({ tags: ["u7", "t8"], model: "x" }).asked).toBe(6);
      const numbers = workFor(
        many(90, (at) => all(atLeast("context_tokens", at % 30), below("context_tokens", (at % 30) + 1), asked)),
        tuning,
      );
      expect(numbers({ context_tokens: 7, model: "x" }).asked).toBe(3);
      expect(numbers({ context_tokens: 30, model: "x" }).asked).toBe(0);
      expect(numbers({ model: "x" }).asked).toBe(0);
      const booleans = workFor(
        many(90, (at) => all(at % 3 === 0 ? isTrue("stream") : not(isTrue("stream")), asked)),
        tuning,
      );
      expect([booleans({ stream: true, model: "x" }).asked, booleans({ model: "x" }).asked]).toEqual([30, 0]);
    }
  });

  it("asks no rule that the rows of its facts tell exactly", () => {
    const few: TreeTuning = { ...bitmaps, mostRows: 4, mostCuts: 4 };
    const asks = (condition: (at: number) => Condition, tuning: TreeTuning) =>
      workFor(many(12, condition), tuning)({ tenant: "t3", tags: ["t3", "x"], context_tokens: 3 }).asked;
    for (const tuning of [bitmaps, { ...few, directCells: -1e9 }, few]) {
      const isShared = tuning !== bitmaps;
      expect(asks((at) => is("tenant", `t${at % 4}`), tuning)).toBe(0);
      expect(asks((at) => is("tenant", `t${11 - at}`), tuning) > 0).toBe(isShared);
      expect(asks((at) => has("any", `t${at % 4}`), tuning)).toBe(0);
      expect(asks((at) => has("any", `t${11 - at}`), tuning) > 0).toBe(isShared);
      // More than a row can say.
      expect(asks((at) => has("all", `t${at}`, "x"), tuning)).toBe(1);
      expect(asks((at) => all(is("tenant", `t${at}`), asked), tuning)).toBe(1);
    }
    const range = (from: number) => all(atLeast("context_tokens", from), below("context_tokens", from + 2));
    expect(asks((at) => range(2 + 4 * (at % 2)), few)).toBe(0);
    expect(asks(range, bitmaps)).toBe(0);
    expect(asks(range, few)).toBeGreaterThan(0);
    expect(asks(range, { ...bitmaps, directCells: -1e9 })).toBeGreaterThan(0);
  });

  it("keeps rules that say nothing of a fact, whatever its value", () => {
    for (const tuning of [bitmaps, hashed]) {
      const rules = (condition: (at: number) => Condition) =>
        workFor(
          many(90, (at) => (at % 9 === 0 ? all(asked) : all(condition(at), asked))),
          tuning,
        );
      const facts = { tenant: "nobody", context_tokens: 1e6, tags: ["nothing"], model: "x" };
      expect(rules((at) => is("tenant", `t${at}`))(facts).asked).toBe(10);
      expect(rules((at) => has("any", `t${at}`))(facts).asked).toBe(10);
      expect(rules((at) => has("any", `t${at}`))({ ...facts, tags: ["t1"] }).asked).toBe(11);
      expect(rules((at) => below("context_tokens", at % 30))(facts).asked).toBe(10);
      expect(rules((at) => is("tenant", `t${at}`))({ model: "x" }).asked).toBe(10);
      expect(rules((at) => below("context_tokens", at % 30))({ model: "x" }).asked).toBe(10);
    }
  });

  it("asks nothing more for tags that are named elsewhere", () => {
    const guard = { deny: all(is("app", "x"), has("any", ...Array.from({ length: 40 }, (_, at) => `guard${at}`))) };
    for (const tuning of [bitmaps, hashed]) {
      const work = workFor([guard, ...many(90, (at) => all(has("any", `t${at % 30}`), asked))], tuning);
      const facts = { app: "y", model: "x" };
      expect(work({ ...facts, tags: ["guard1", "t7", "guard39"] }).asked).toBe(1 + 3);
      expect(work({ ...facts, tags: ["guard1", "guard39"] }).asked).toBe(1);
    }
  });

  it("gives the values that most rules name a row of their own", () => {
    for (const tuning of [bitmaps, hashed]) {
      const few = { ...tuning, mostRows: 1 };
      const names = (at: number) => (at < 40 ? `rare${at}` : "often");
      for (const work of [
        workFor(
          many(80, (at) => all(is("tenant", names(at)), asked)),
          few,
        ),
        workFor(
          many(80, (at) => all(has("any", names(at)), asked)),
          few,
        ),
      ]) {
        expect(work({ tenant: "often", tags: ["often"], model: "x" }).asked).toBe(40);
        expect(work({ tenant: "rare1", tags: ["rare1"], model: "x" }).asked).toBe(40);
        expect(work({ tenant: "nobody", tags: ["nothing"], model: "x" }).asked).toBe(0);
      }
    }
  });

  it("lets the other values share a quarter as many rows", () => {
    for (const tuning of [bitmaps, hashed]) {
      const few = { ...tuning, mostRows: 8 };
      const names = (at: number) => (at < 80 ? `often${at % 8}` : `rare${at}`);
      for (const work of [
        workFor(
          many(120, (at) => all(is("tenant", names(at)), asked)),
          few,
        ),
        workFor(
          many(120, (at) => all(has("any", names(at)), asked)),
          few,
        ),
      ]) {
        expect(work({ tenant: "often3", tags: ["often3"], model: "x" }).asked).toBe(10);
        for (const rare of ["rare80", "rare101"]) {
          expect(work({ tenant: rare, tags: [rare], model: "x" }).asked).toBe(20);
        }
      }
    }
  });

  it("cuts a number no more often than it may have rows", () => {
    const ranges = many(120, (at) => all(atLeast("context_tokens", at), below("context_tokens", at + 1), asked));
    for (const tuning of [bitmaps, hashed]) {
      const { tree } = compile(setOf(ranges), { ...tuning, mostCuts: 3 });
      const all120 = compile(setOf(ranges), { ...tuning, mostCuts: 1_000 }).tree;
      expect(all120.nodes.length - tree.nodes.length).toBeGreaterThan(100 * 4);
      const work = workFor(ranges, { ...tuning, mostCuts: 3 });
      for (const tokens of [0, 50, 119]) {
        const { asked: count } = work({ context_tokens: tokens, model: "x" });
        expect(count).toBeGreaterThan(20);
        // Stretches are 2^n cells long: up to twice as long as so many cuts would make them.
        expect(count).toBeLessThanOrEqual(tuning === hashed ? 64 : 40);
      }
    }
  });
});

describe("a rule's program", () => {
  const glob: Condition = { kind: "glob", fact: "model", pattern: "g*", span };
  /** Whether the pattern is asked, for a request whose model is behind a getter. */
  function asksPattern(condition: Condition, facts: Facts): boolean {
    let isAsked = false;
    const watched = {
      ...facts,
      get model() {
        isAsked = true;
        return "x";
      },
    };
    decide(compile(setOf([condition])), watched);
    return isAsked;
  }

  it("asks patterns last, wherever they stand", () => {
    const facts = { tenant: "t", stream: true, tags: ["x"], context_tokens: 5 };
    const misses: readonly Condition[] = [
      is("tenant", "u"),
      is("tenant", "u", "v"),
      not(is("tenant", "t", "u")),
      has("any", "y"),
      has("all", "x", "y"),
      has("none", "x"),
      not(isTrue("stream")),
      atLeast("context_tokens", 6),
      any(is("tenant", "u"), below("context_tokens", 5)),
    ];
    for (const miss of misses) {
      expect(asksPattern(all(glob, miss), facts)).toBe(false);
      expect(asksPattern(any(glob, not(miss)), facts)).toBe(false);
      expect(asksPattern(all(glob, not(miss)), facts)).toBe(true);
    }
  });

  it("asks what several rules share before patterns", () => {
    const scope = is("tenant", ...Array.from({ length: 40 }, (_, at) => `t${at}`));
    let isAsked = false;
    const facts: Facts = {
      tenant: "other",
      get model() {
        isAsked = true;
        return "g";
      },
    };
    const policy = compile(setOf([all(glob, not(scope), isTrue("stream")), all(glob, scope), all(glob, scope)]));
    expect(policy.tree.sharedCount).toBeGreaterThan(0);
    decide(policy, facts);
    expect(isAsked).toBe(false);
  });

  it("asks what rarely holds before what often does, and lists before alternatives", () => {
    const inOrder: readonly (readonly [string, Condition])[] = [
      ["tenant", is("tenant", "x")],
      ["app", is("app", "x", "y")],
      ["tags", has("any", "x")],
      ["context_tokens", atLeast("context_tokens", 5)],
      ["user", not(is("user", "u"))],
      ["key_tags", { kind: "set", fact: "key_tags", quantifier: "none", tags: ["k"], span }],
      ["region", any(is("region", "x"), all(not(is("session", "s")), is("region", "y")))],
      ["model", { kind: "prefix", fact: "model", prefix: "p", span }],
    ];
    const values: Facts = {
      tenant: "q",
      app: "q",
      tags: [],
      context_tokens: 1,
      user: "u",
      key_tags: ["k"],
      region: "q",
      session: "s",
      model: "q",
    };
    /** The facts that are read, in their order. */
    const readBy = (condition: Condition): string[] => {
      const read: string[] = [];
      const facts = {};
      for (const [name, value] of Object.entries(values)) {
        Object.defineProperty(facts, name, { get: () => read.push(name) && value });
      }
      decide(compile(setOf([condition])), facts);
      return read;
    };
    for (const [at, [name, first]] of inOrder.entries()) {
      for (const [, later] of inOrder.slice(at + 1)) {
        expect(readBy(all(later, first))).toEqual([name]);
        expect(readBy(all(first, later))).toEqual([name]);
      }
    }
  });
});
