/** The server answered with an error. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly code: string;
  /** The whole answer, where it was JSON: a refused reload says more than its message. */
  readonly answer: unknown;

  constructor(status: number, code: string, message: string, answer?: unknown) {
    super(message);
    this.status = status;
    this.code = code;
    this.answer = answer;
  }
}

/** Reads an error of OpenAI's shape. */
export async function refusalOf(response: Response): Promise<Refusal> {
  const { status } = response;
  const text = await response.text();
  try {
    const answer = JSON.parse(text) as { error?: { code?: unknown; message?: unknown } };
    const { code, message } = answer.error ?? {};
    return new Refusal(status, String(code ?? status), String(message ?? `the server answered ${status}`), answer);
  } catch {
    return new Refusal(status, String(status), `the server answered ${status}`);
  }
}
