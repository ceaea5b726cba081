import { describe, expect, it } from "vitest";
import { resolveInclude } from "../../../../engine/policy/read/resolve-include.js";

describe("resolveInclude()", () => {
  it.each([
    ["policy.yaml", "guards.yaml", "guards.yaml"],
    ["policy.yaml", "./teams/search.yaml", "teams/search.yaml"],
    ["teams/search.yaml", "ranking.yaml", "teams/ranking.yaml"],
    ["teams/search.yaml", "../guards.yaml", "guards.yaml"],
    ["a/b/c.yaml", "../../d//e.yaml", "d/e.yaml"],
    ["policy.yaml", "a b/é.yaml", "a b/é.yaml"],
  ])("from %s, `%s` is %s", (from, written, name) => {
    expect(resolveInclude(from, written)).toEqual({ name });
  });

  it.each([
    ["policy.yaml", "../guards.yaml", "leaves the policy directory"],
    ["teams/search.yaml", "../../guards.yaml", "leaves the policy directory"],
    ["policy.yaml", "teams/../../x.yaml", "leaves the policy directory"],
    ["policy.yaml", "/etc/passwd", "is an absolute path"],
    ["policy.yaml", "~/x.yaml", "is an absolute path"],
    ["policy.yaml", "C:/x.yaml", "is an absolute path"],
    ["policy.yaml", "https://example.org/x.yaml", "is a URL"],
    ["policy.yaml", "teams\\search.yaml", "is written with `\\`"],
    ["teams/a.yaml", "..", "is the policy directory itself"],
  ])("from %s, `%s` is refused: it %s", (from, written, problem) => {
    expect(resolveInclude(from, written)).toEqual({ problem });
  });
});
