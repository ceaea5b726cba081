import { BufferList, SHORT } from "../../json/buffer-list.js";
import type { Place, ScannedBody } from "./scan-body.js";

/** Where a body's model and stream options stand, or can be put in. */
export type ModelPlaces = Pick<ScannedBody, "insertAt" | "isEmptyObject" | "model" | "streamOptions">;

/** What comes in the place of some bytes. */
interface Edit extends Place {
  readonly text: string;
}

/**
 * The same body with another model's name; everything else stays byte for byte as it is, spaces and number spellings
 * included, and most of it where it is.
 * @param streamOptions takes the place of `stream_options`, if given.
 */
export function withModel(body: BufferList, places: ModelPlaces, model: string, streamOptions?: object): BufferList {
  const edits = editsOf(places, model, streamOptions);
  const [piece] = body.pieces;
  if (body.pieces.length === 1 && piece !== undefined && piece.length < SHORT) return copied(piece, edits);
  const parts: Buffer[] = [];
  let at = 0;
  for (const { start, end, text } of edits) {
    parts.push(...body.parts(at, start), Buffer.from(text));
    at = end;
  }
  return new BufferList([...parts, ...body.parts(at, body.length)]);
}

/** A short body in one piece: a view of each of its parts would take longer than copying them. */
function copied(piece: Buffer, edits: readonly Edit[]): BufferList {
  let length = piece.length;
  for (const { start, end, text } of edits) length += Buffer.byteLength(text) - (end - start);
  const bytes = Buffer.allocUnsafe(length);
  let [at, used] = [0, 0];
  for (const { start, end, text } of edits) {
    used += piece.copy(bytes, used, at, start);
    used += bytes.write(text, used);
    at = end;
  }
  piece.copy(bytes, used, at);
  return new BufferList([bytes]);
}

function editsOf(places: ModelPlaces, model: string, streamOptions: object | undefined): readonly Edit[] {
  const name = editOf(places, places.model, "model", model);
  if (streamOptions === undefined) return [name];
  const options = editOf(places, places.streamOptions, "stream_options", streamOptions);
  // Of two keys that are put in the model is the last: something follows it.
  return options.start <= name.start ? [options, name] : [name, options];
}

/** A value in the place of another one, or a key that was not there, right after the opening brace. */
function editOf({ insertAt, isEmptyObject }: ModelPlaces, there: Place | undefined, key: string, value: unknown): Edit {
  const text = JSON.stringify(value);
  if (there !== undefined) return { start: there.start, end: there.end, text };
  const comma = isEmptyObject && key === "model" ? "" : ",";
  return { start: insertAt, end: insertAt, text: `${JSON.stringify(key)}:${text}${comma}` };
}
