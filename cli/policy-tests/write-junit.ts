import type { TestRun } from "./run-tests.js";

/** The results as JUnit XML, which CI systems show: one suite a test file. */
export function writeJunit({ results, seconds }: TestRun): string {
  const files = [...new Set(results.map(({ file }) => file))];
  const suites = files.map((file) => {
    const cases = results.filter((result) => result.file === file);
    const failed = cases.filter(({ passed }) => !passed).length;
    const lines = cases.map(({ name, line, passed, failures }) => {
      const start = `    <testcase name="${escapeXml(name)}" classname="${escapeXml(file)}" file="${escapeXml(file)}" line="${line}"`;
      if (passed) return `${start}/>`;
      return `${start}>\n      <failure message="${escapeXml(failures[0] ?? "")}">${escapeXml(failures.join("\n"))}</failure>\n    </testcase>`;
    });
    const head = `  <testsuite name="${escapeXml(file)}" tests="${cases.length}" failures="${failed}">`;
    return [head, ...lines, "  </testsuite>"].join("\n");
  });
  const failed = results.filter(({ passed }) => !passed).length;
  const head = `<testsuites name="policy test" tests="${results.length}" failures="${failed}" time="${seconds.toFixed(3)}">`;
  return ['<?xml version="1.0" encoding="UTF-8"?>', head, ...suites, "</testsuites>", ""].join("\n");
}

/** XML 1.0 has no way to write most control characters: they become U+FFFD. */
function escapeXml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
      .replaceAll("\n", "&#10;")
  );
}
