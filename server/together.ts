/**
 * Work on many requests at about the same time, done for one after the other without anything between: a processor that goes
 * through the same code again has it at hand, which saves more than most of that work takes.
 *
 * @param later when: `setImmediate`, `process.nextTick`.
 * @param work may not throw.
 * @returns what takes in something to work on.
 */
export function together<Item>(
  later: (callback: () => void) => unknown,
  work: (item: Item) => void,
): (item: Item) => void {
  let waiting: Item[] = [];
  const workOff = () => {
    const all = waiting;
    waiting = [];
    for (const item of all) work(item);
  };
  return (item) => {
    if (waiting.push(item) === 1) later(workOff);
  };
}
