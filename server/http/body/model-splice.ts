import type { BodyChanges } from "../../dispatch/dispatch-request.js";
import { BufferList, SHORT } from "../../json/buffer-list.js";
import type { Place, ScannedBody } from "./scan-body.js";

/** Where a body's model and what else may be changed stand, or can be put in. */
export type ModelPlaces = Pick<ScannedBody, "insertAt" | "members" | "model" | "streamOptions" | "maxCompletionTokens">;

/** What comes in the place of some bytes. */
interface Edit extends Place {
  readonly text: string;
}

/**
 * The same body with another model's name, and changed as `changes` say; everything else stays byte for byte as it is, spaces
 * and number spellings included, and most of it where it is.
 */
export function withModel(body: BufferList, places: ModelPlaces, model: string, changes?: BodyChanges): BufferList {
  const edits = editsOf(places, model, changes);
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

function editsOf(places: ModelPlaces, model: string, changes: BodyChanges | undefined): readonly Edit[] {
  if (changes === undefined) return [modelEdit(places, model, places.members === 0)];
  const { streamOptions: there, maxCompletionTokens: limit } = places;
  const { streamOptions } = changes;
  const isLeftOut = streamOptions === null && there !== undefined;
  const edits: Edit[] = [];
  if (isLeftOut) edits.push({ ...there.whole, text: "" });
  else if (streamOptions !== null && streamOptions !== undefined) {
    edits.push(editOf(places, there, "stream_options", streamOptions, ","));
  }
  if (changes.legacyMaxTokens === true && limit !== undefined) edits.push({ ...limit.key, text: '"max_tokens"' });
  // Of two keys that are put in the model is the last: something follows it, unless nothing else is there.
  edits.push(modelEdit(places, model, places.members === (isLeftOut ? 1 : 0)));
  return edits.sort((a, b) => a.start - b.start || a.end - b.end);
}

/** @param isAlone no other key follows. */
function modelEdit(places: ModelPlaces, model: string, isAlone: boolean): Edit {
  return editOf(places, places.model, "model", model, isAlone ? "" : ",");
}

/** A value in the place of another one, or a key that was not there, right after the opening brace. */
function editOf(
  { insertAt }: ModelPlaces,
  there: Place | undefined,
  key: string,
  value: unknown,
  comma: "," | "",
): Edit {
  const text = JSON.stringify(value);
  if (there !== undefined) return { start: there.start, end: there.end, text };
  return { start: insertAt, end: insertAt, text: `${JSON.stringify(key)}:${text}${comma}` };
}
