/** Waits for at most so long. @returns whether it has ended by then. */
export async function endsWithin(running: Promise<unknown>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs);
  });
  const hasEnded = await Promise.race([running.then(() => true), late]);
  clearTimeout(timer);
  return hasEnded;
}
