/**
 * Ends the command. Exit codes: 1 the command ran and found a problem (invalid policy, failed test), 2 wrong usage or
 * input that cannot be read.
 */
export class CommandFailure extends Error {
  readonly exitCode: 1 | 2;
  /** @param message printed to stderr; empty when everything was said already. */
  constructor(exitCode: 1 | 2, message = "") {
    super(message);
    this.exitCode = exitCode;
  }
}
