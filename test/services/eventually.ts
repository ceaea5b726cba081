/** Asks until the check passes, for long enough on a busy machine. @throws its last error after the deadline. */
export async function eventually<T>(check: () => Promise<T> | T, deadlineMs = 60_000): Promise<T> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
