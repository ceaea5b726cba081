import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { refuseOldNode } from "../../cli/refuse-old-node.js";

it("refuses a Node older than package.json's engines, and no other", async () => {
  for (const version of ["16.20.2", "18.20.8", "20.18.3"]) {
    expect(() => refuseOldNode(version)).toThrow(`policy: this is Node ${version}; Routewright needs 20.19 or newer`);
  }
  for (const version of ["20.19.0", "20.20.2", "22.0.0", "24.21.0"]) refuseOldNode(version);
  const { engines } = JSON.parse(await readFile("package.json", "utf8")) as { engines: { node: string } };
  expect(engines.node).toBe(">=20.19.0");
});
