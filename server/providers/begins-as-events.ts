/** How a stream of events begins, behind a byte order mark and blank lines. JSON and pages begin otherwise. */
const EVENTS = /^\ufeff?[\r\n]*(data|event|id|retry)?:/;
/** By then it has begun so, or does not, UTF-16 units. */
const ENOUGH = 16;

/**
 * Whether a text is a stream of server-sent events by its first characters, whatever its content type: some servers
 * label events text/plain, application/json or application/x-ndjson
 * (https://github.com/containers/ramalama/issues/2837, https://github.com/vllm-project/vllm-ascend/pull/6985,
 * https://github.com/Lightning-AI/LitServe/issues/359, read 2026-11-27).
 * @returns undefined while what has come does not tell.
 */
export function beginsAsEvents(text: string): boolean | undefined {
  const head = text.slice(0, ENOUGH);
  if (EVENTS.test(head)) return true;
  return head.length < ENOUGH ? undefined : false;
}
