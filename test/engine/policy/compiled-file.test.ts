import { describe, expect, it } from "vitest";
import { decide } from "../../../engine/evaluate/decide.js";
import { explain } from "../../../engine/explain/explain.js";
import { compilePolicy } from "../../../engine/policy/compile-policy.js";
import { CompiledPolicyError, loadCompiledPolicy, writeCompiledPolicy } from "../../../engine/policy/compiled-file.js";
import { readPolicyDirectory } from "../../../server/policy-files/read-policy-directory.js";

const policy = compilePolicy(await readPolicyDirectory("policies")).value!;
const text = writeCompiledPolicy(policy);

describe("a compiled policy file", () => {
  it("loads to the same policy, tree included", () => {
    expect(loadCompiledPolicy(text)).toEqual(policy);
    expect(writeCompiledPolicy(loadCompiledPolicy(text))).toBe(text);
  });

  it("decides and explains as the policy it was written from", () => {
    const loaded = loadCompiledPolicy(text);
    for (const { request, world } of policy.tests) {
      expect(decide(loaded, request)).toEqual(decide(policy, request));
      expect(explain(loaded, request, world)).toEqual(explain(policy, request, world));
    }
  });

  const edited = (change: (file: Record<string, unknown>) => void) => {
    const file = JSON.parse(text) as Record<string, unknown>;
    change(file);
    return JSON.stringify(file);
  };
  it.each([
    ["a text that is no JSON", "kind: policy", "this is not a compiled policy: "],
    ["half of it", text.slice(0, text.length / 2), "this is not a compiled policy: "],
    ["another JSON file", "[1]", "this is not a compiled policy: write one with `policy compile -o FILE`"],
    [
      "a later version",
      edited((file) => (file["version"] = 5)),
      "has version 5 of the format, this Routewright reads 4",
    ],
    [
      "an edited rule",
      text.replace('"fact":"uses_vision"', '"fact":"uses_tools"'),
      /says revision .{12}, its content has/,
    ],
    ["an edited test", edited((file) => (file["tests"] = [])), "its tests or sources were changed"],
    ["a set without rules", edited((file) => (file["set"] = {})), "a part of it is missing"],
    ["another name", edited((file) => (file["name"] = "x")), "is damaged"],
  ])("is refused when it is %s", (_what, damaged, message) => {
    expect(() => loadCompiledPolicy(damaged)).toThrow(CompiledPolicyError);
    expect(() => loadCompiledPolicy(damaged)).toThrow(message);
  });
});
