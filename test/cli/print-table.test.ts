import { expect, it } from "vitest";
import { printTable } from "../../cli/print-table.js";

it("prints nothing that steers a terminal: an app's name may be what a client says", () => {
  expect(
    printTable([
      ["APP", "CALLS"],
      ["\u001b[2Jx\ny", "1"],
    ]),
  ).toBe("APP               CALLS\n\\u{1b}[2Jx\\u{a}y  1\n");
});
