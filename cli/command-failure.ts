/**
 * Ends the command. Exit codes: 1 the command ran and found a problem (invalid policy, failed test), 2 wrong usage or
 * input that cannot be read.
 */
export class CommandFailure extends Error {
  readonly exitCode: 1 | 2;
  /** The answer of the proxy that the failure is about. */
  readonly answer: object | undefined;
  /** @param message printed to stderr; empty when everything was said already. */
  constructor(exitCode: 1 | 2, message = "", answer?: object) {
    super(message);
    this.exitCode = exitCode;
    this.answer = answer;
  }
}
