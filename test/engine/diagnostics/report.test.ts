import { describe, expect, it } from "vitest";
import { Report } from "../../../engine/diagnostics/report.js";

const at = (start: number, file = "a.yaml") => ({ file, start, end: start + 1 });

describe("Report", () => {
  it("sorts by file and place, what has no place first", () => {
    const report = new Report();
    report.error("RW1101", at(5), "three");
    report.warning("RW1009", at(0, "b.yaml"), "four", "include it");
    report.error("RW1101", at(2), "two");
    report.error("RW1005", undefined, "one");
    expect(report.sorted(100).map(({ message }) => message)).toEqual(["one", "two", "three", "four"]);
  });

  it("describes only what is shown, where that takes work", () => {
    const report = new Report();
    const described: number[] = [];
    const finding = (start: number) => ({ code: "RW2001", severity: "warning", span: at(start) }) as const;
    const describeAt = (start: number) => {
      described.push(start);
      return { ...finding(start), message: `finding ${start}` };
    };
    for (let start = 9; start >= 0; start--) report.add([{ ...finding(start), describe: () => describeAt(start) }]);
    expect(report.sorted(3).map(({ message }) => message)).toEqual([
      ...["finding 0", "finding 1"],
      "8 more findings are not shown",
    ]);
    expect(described).toEqual([0, 1]);
  });

  it("cuts at the limit, says how many more there are, and keeps errors before warnings", () => {
    const report = new Report();
    for (let count = 0; count < 20; count++) report.warning("RW1009", at(count), "warning", "include it");
    for (let count = 0; count < 10; count++) report.error("RW1101", at(100 + count), `error ${count}`);
    const shown = report.sorted(5);
    expect(shown.map(({ message }) => message)).toEqual([
      ...["error 0", "error 1", "error 2", "error 3"],
      "26 more findings are not shown",
    ]);
    expect(shown.at(-1)).toMatchObject({
      ...{ code: "RW1004", severity: "error" },
      help: "20 of RW1009, 6 of RW1101; mend the ones above, then check again",
    });
    expect(report.sorted(30)).toHaveLength(30);
    const nearlyAll = report.sorted(29).map(({ message }) => message);
    expect(nearlyAll.filter((message) => message.startsWith("error"))).toHaveLength(10);
    expect(nearlyAll.at(-1)).toBe("2 more findings are not shown");
    for (let count = 0; count < 2000; count++) report.warning("RW1009", at(count), "warning", "include it");
    expect(report.sorted(30).at(-1)?.message).toBe("2,001 more findings are not shown");
  });

  it("works out help only for what is shown", () => {
    const report = new Report();
    let asked = 0;
    for (let count = 0; count < 1_000; count++) {
      report.error("RW1203", at(count), "unknown", () => {
        asked++;
        return "did you mean `x`?";
      });
    }
    expect(report.sorted(100)[0]?.help).toBe("did you mean `x`?");
    expect(asked).toBe(99);
  });

  it("has errors as soon as one is added, and not for warnings", () => {
    const report = new Report();
    report.warning("RW1009", at(0), "unread", "include it");
    expect(report.hasErrors).toBe(false);
    report.add([{ code: "RW1101", severity: "error", message: "x" }]);
    expect(report.hasErrors).toBe(true);
  });
});
