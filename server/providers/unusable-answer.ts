/** What a provider sent cannot be used, whatever it says. The message is for the operator. */
export class UnusableAnswer extends Error {
  override readonly name = "UnusableAnswer";
}
