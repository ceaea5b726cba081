import { createParser, type ParserCallbacks } from "eventsource-parser";

/** Reads server-sent events until the stream ends. @throws what reading throws: a broken connection, an abort. */
export async function readEvents(response: Response, callbacks: ParserCallbacks): Promise<void> {
  const parser = createParser(callbacks);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const piece = await reader?.read();
    if (piece === undefined || piece.done) return;
    parser.feed(piece.value);
  }
}
