import { readlinkSync } from "node:fs";
import { getPriority, setPriority } from "node:os";

/**
 * Lets other threads go first where cores are scarce: called in a thread whose work can wait, so that requests do not. On Linux
 * a thread has a priority of its own; elsewhere threads stay equal.
 */
export function stepBack(): void {
  try {
    const thread = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
    setPriority(thread, Math.min(19, getPriority(process.pid) + 10));
  } catch {
    // No such file, or no such right: nothing is lost but the order.
  }
}
