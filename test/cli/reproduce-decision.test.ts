import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { reproduceDecision } from "../../cli/explain/reproduce-decision.js";
import { readPolicyDirectory } from "../../server/policy-files/read-policy-directory.js";
import { close, listen } from "../services/listen.js";

describe("reproduceDecision()", () => {
  it.each([
    [
      "whose files have another revision now",
      async () => readPolicyDirectory("cli/starter"),
      /files of revision abababababab are revision [0-9a-f]{12} here/,
    ],
    [
      "whose files are not sound any more",
      async () => [{ name: "policy.yaml", text: "kind: policy" }],
      /files of revision abababababab do not compile here/,
    ],
  ])("says of a decision of another version, %s, where it is recorded", async (_, filesOf, message) => {
    const record = { id: "dec_1", policy: { name: "starter", revision: "ab".repeat(32) } };
    const files = await filesOf();
    const server = createServer((request, response) => {
      response.end(JSON.stringify(request.url === "/admin/decisions/dec_1" ? { record } : { files }));
    });
    const asked = reproduceDecision("dec_1", await listen(server));
    await expect(asked).rejects.toMatchObject({ exitCode: 1, message: expect.stringMatching(message) });
    await expect(asked).rejects.toThrow(
      "another version of Routewright made the decision, and this one cannot make it again; what was recorded is in the dashboard and at /admin/decisions/dec_1",
    );
    await close(server);
  });
});
