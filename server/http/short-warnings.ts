/** The most warnings that an answer and its record have, and UTF-16 units of one of them. */
const MOST = 100;
const LONGEST = 1_000;
/** Of a longer one its end is kept too, which says what was done. */
const END = 100;

/**
 * Warnings as they are sent and recorded. They name what a client wrote, which may be anything: names of fields as long as a body, or
 * 90,000 of them. Records of that size would push all others out of the store.
 */
export function shortWarnings(sentences: readonly string[]): readonly string[] {
  const more = sentences.length - MOST;
  if (more <= 0) return sentences.every(isShort) ? sentences : sentences.map(shortened);
  return [...sentences.slice(0, MOST).map(shortened), `${more} more warnings`];
}

function isShort({ length }: string): boolean {
  return length <= LONGEST;
}

function shortened(sentence: string): string {
  if (isShort(sentence)) return sentence;
  return `${sentence.slice(0, LONGEST - END - 3)} … ${sentence.slice(-END)}`;
}
