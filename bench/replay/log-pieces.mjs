export const decode = (bytes, start, end) => bytes.toString("utf8", start, end);

/** Pieces of 256 kB of whole lines, in shared memory, as `policy replay` gives them to its threads. */
export function piecesOf(log) {
  const pieces = [];
  for (let start = 0; start < log.length; ) {
    const end = log.lastIndexOf("\n", start + (1 << 18)) + 1;
    const piece = Buffer.from(new SharedArrayBuffer(end - start));
    piece.set(log.subarray(start, end));
    pieces.push(piece);
    start = end;
  }
  return pieces;
}

/** Where the lines of a piece stand. */
export function* linesOf(piece) {
  for (let start = 0; start < piece.length; ) {
    const end = piece.indexOf("\n", start);
    yield [start, end];
    start = end + 1;
  }
}
