/**
 * Work that many requests have at about the same time, done for one after the other without anything between: a processor that goes
 * through the same code again has it at hand, which saves more than most of that work takes.
 *
 * @param later when: `setImmediate`, `process.nextTick`.
 * @returns what takes in a piece of work; none may throw.
 */
export function together(later: (callback: () => void) => unknown): (work: () => void) => void {
  let waiting: (() => void)[] = [];
  const workOff = () => {
    const all = waiting;
    waiting = [];
    for (const work of all) work();
  };
  return (work) => {
    if (waiting.push(work) === 1) later(workOff);
  };
}
