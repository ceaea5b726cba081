import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { ProgressBar } from "../../cli/progress-bar.js";
import { whileSaying } from "../../cli/while-saying.js";
import type { CompiledPolicy } from "../../engine/index.js";
import { hasScript } from "../services/available.js";

const run = promisify(execFile);

describe.skipIf(!hasScript)("on a terminal", () => {
  /** What a command prints on a terminal of this kind and width. */
  async function onTerminal(args: string, columns: number, term = "xterm"): Promise<string> {
    const command = `stty cols ${columns}; ${process.execPath} dist/cli/main.js ${args} --policies cli/starter`;
    const { PATH, HOME } = process.env;
    const { stdout } = await run("script", ["-qec", command, "/dev/null"], { env: { PATH, HOME, TERM: term } });
    return stdout.replaceAll("\r", "");
  }

  it("too narrow for its tables, chaos gives each of their columns a line", async () => {
    const text = await onTerminal("chaos --faults cut", 50);
    expect(text).toMatch(/\d % {2}[1-8] rehearsals/);
    expect(text).toContain(`  cut
    first candidate, whole   ok
    first candidate, stream
        200, part of it, then stream_cut
    all, whole               502 upstream_failed
`);
  });

  it("wide enough, it prints them", async () => {
    expect(await onTerminal("chaos --faults reset", 140)).toMatch(/^ {2}fault {2}first candidate, whole {2}/m);
  });

  it("that is dumb, nothing has colours", async () => {
    expect(await onTerminal("test", 80)).toContain("\u001b[32mok");
    expect(await onTerminal("test", 80, "dumb")).not.toContain("\u001b");
  });
});

describe("a policy of many rules", () => {
  it("is said to be worked on, until that is done or fails", () => {
    let drawn = "";
    const stream = (isTTY: boolean) =>
      ({ isTTY, write: (text: string) => (drawn += text) }) as unknown as NodeJS.WriteStream;
    const policy = (rules: number) => ({ set: { rules: Array.from({ length: rules }) } }) as unknown as CompiledPolicy;
    expect(whileSaying("checking", policy(1_234), () => drawn, stream(true))).toBe("checking 1,234 rules …");
    expect(drawn).toBe("checking 1,234 rules …\r\u001b[K");
    const fail = () => {
      throw new Error("no");
    };
    expect(() => whileSaying("checking", policy(1_000), fail, stream(true))).toThrow("no");
    expect(drawn).toMatch(/…\r.\[K.*1,000 rules …\r.\[K$/);
    drawn = "";
    expect(whileSaying("checking", policy(999), () => 7, stream(true))).toBe(7);
    expect(whileSaying("checking", policy(5_000), () => 7, stream(false))).toBe(7);
    expect(drawn).toBe("");
  });
});

describe("the progress bar", () => {
  it("keeps to the width of the terminal, so that it can be drawn over", () => {
    let drawn = "";
    const stream = { isTTY: true, columns: 50, write: (text: string) => (drawn += text) };
    const bar = new ProgressBar(stream as unknown as NodeJS.WriteStream, 100);
    bar.add(1_234_567, 42);
    const [before, line = ""] = drawn.split("[K");
    expect(before).toBe("\r\u001b");
    expect(line).toMatch(/^█{10}░{14} {2}42 % {2}1,234,567 decis/);
    expect(line).toHaveLength(49);
  });
});
