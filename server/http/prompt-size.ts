/** Tokens that are assumed for one image: about what providers count for a picture of a megapixel. */
const TOKENS_PER_IMAGE = 1_000;
/** Bytes of text that make a token, on average, in English prose; other scripts need fewer, so they are over-estimated less. */
const BYTES_PER_TOKEN = 4;

/** What the size of a prompt is estimated from. */
export interface PromptSize {
  /** UTF-8 bytes of all text in messages and tool definitions. */
  readonly textBytes: number;
  readonly images: number;
}

/** Measures the text of messages and tools; image data counts as images, not as text. */
export function measurePrompt(body: Readonly<Record<string, unknown>>): PromptSize {
  const size = { textBytes: 0, images: 0 };
  measure(body["messages"], size);
  measure(body["tools"], size);
  measure(body["functions"], size);
  return size;
}

/** Tokens of a prompt: a quarter of its bytes, rounded up, and a flat amount for each image. */
export function estimateTokens({ textBytes, images }: PromptSize): number {
  return Math.ceil(textBytes / BYTES_PER_TOKEN) + images * TOKENS_PER_IMAGE;
}

/** Whether a part of a message is an image, in the form of chat completions or of responses. */
export function isImagePart(part: Readonly<Record<string, unknown>>): boolean {
  return part["type"] === "image_url" || part["type"] === "input_image";
}

function measure(value: unknown, size: { textBytes: number; images: number }): void {
  // A stack of its own: the body is a client's, and may nest deeper than recursion allows.
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next === "string") size.textBytes += Buffer.byteLength(next);
    else if (Array.isArray(next)) for (const item of next) waiting.push(item);
    else if (typeof next === "object" && next !== null) {
      const part = next as Readonly<Record<string, unknown>>;
      if (isImagePart(part)) size.images += 1;
      else for (const item of Object.values(part)) waiting.push(item);
    }
  }
}
