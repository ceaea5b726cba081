import { describe, expect, it } from "vitest";
import { findAskedModel } from "../../../engine/serving.js";
import { catalogOf } from "./harness.js";

describe("findAskedModel()", () => {
  const catalog = catalogOf({
    "openai/large": { on: ["openai", "azure"] },
    "mistral/large": {},
    "mistral/small": {},
  });

  it("takes a model as clients may write it, and an endpoint", () => {
    expect(findAskedModel(catalog, "openai/large")).toEqual({ id: "openai/large" });
    expect(findAskedModel(catalog, "small")).toEqual({ id: "mistral/small" });
    expect(findAskedModel(catalog, "openai/large@azure")).toEqual({ id: "openai/large@azure" });
  });

  it.each([
    ["smal", "did you mean `small`?"],
    ["openai/larg", "did you mean `openai/large`?"],
    ["larg", "did you mean `large`?"],
    ["openai/large@azur", "did you mean `openai/large@azure`?"],
    ["gemini", "it has openai/large, mistral/large, mistral/small"],
  ])("says of %s what there is", (name, there) => {
    expect(findAskedModel(catalog, name)).toEqual({ help: `the catalog has no such model; ${there}` });
  });

  it("says of a name that several have which these are", () => {
    expect(findAskedModel(catalog, "large")).toEqual({
      help: "the catalog has several such models: openai/large, mistral/large",
    });
  });
});
