import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";

const dockerfile = await readFile("Dockerfile", "utf8");
const setting = (name: string) => new RegExp(`\\b${name}=(\\S+)`).exec(dockerfile)?.[1];

describe("the container", () => {
  it("holds what the npm package holds, but for what only the docs link to", async () => {
    const { files, bin } = JSON.parse(await readFile("package.json", "utf8")) as {
      files: string[];
      bin: { policy: string };
    };
    const copied = [...dockerfile.matchAll(/^COPY --from=build (.+) \S+$/gm)].flatMap(([, paths = ""]) =>
      paths.split(" ").map((path) => path.replace("/build/", "")),
    );
    const linked = ["CONTRIBUTING.md", "bench/**/*.md", "examples"];
    // npm adds the licence and the README by itself.
    const packed = ["package.json", "LICENSE", "README.md", ...files.filter((path) => !path.startsWith("!"))];
    const needed = packed.filter((path) => !linked.includes(path));
    expect(copied.sort()).toEqual([...needed, "node_modules"].sort());
    expect(dockerfile).toContain(`ln -s /app/${bin.policy} /usr/local/bin/policy`);
  });

  it("is run by the example for Kubernetes with the places and the port that it has", async () => {
    const documents = parseAllDocuments(await readFile("examples/kubernetes/routewright.yaml", "utf8"));
    const text = JSON.stringify(documents.map((document) => document.toJS() as unknown));
    expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
    expect(text).toContain(`"mountPath":"${setting("POLICIES")}"`);
    expect(setting("DATABASE_URL")).toBe("sqlite:/data/routewright.db");
    expect(text).toContain('"mountPath":"/data"');
    expect(text).toContain(`"containerPort":${setting("PORT")}`);
    const { version } = JSON.parse(await readFile("package.json", "utf8")) as { version: string };
    expect(text).toContain(`"image":"routewright:${version}"`);
  });
});
