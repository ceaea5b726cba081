import type { CompiledPolicy, Diagnostic, SourceFile } from "../../engine/serving.js";
import type { FailedTest } from "./failed-tests.js";

/** The result of reading and compiling a whole directory once. */
export interface CompileResult {
  readonly value?: CompiledPolicy;
  readonly diagnostics: readonly Diagnostic[];
  /** Of the tests that the files bring, when they were asked to be run. */
  readonly failedTests?: readonly FailedTest[];
}
/**
 * Compiles off the event loop (a worker thread in the server; the engine called directly in tests), and with `gate` runs the
 * tests that the files bring.
 */
export type CompilePolicyFiles = (files: readonly SourceFile[], gate?: boolean) => Promise<CompileResult>;

export interface PolicyStatus {
  readonly serving: {
    readonly name: string;
    readonly revision: string;
    /** Of which commit its files are, see `readGitRevision`. */
    readonly git?: string;
    readonly since: string;
    readonly rules: number;
  };
  /** What reading the files that serve warned of (`policy check` warns of more); absent when of nothing. */
  readonly warnings?: {
    readonly count: number;
    /** Diagnostic codes, each once. */
    readonly codes: readonly string[];
    /** Diagnostics with code frames, as `policy check` prints them. */
    readonly text: string;
  };
  /** What served before; absent until this process has served a second policy. */
  readonly before?: { readonly revision: string; readonly git?: string };
  /** The newest edit that was refused; absent when the newest edit is the one serving. */
  readonly rejected?: {
    readonly at: string;
    readonly errors: number;
    /**
     * Diagnostic codes, each once. Besides them: `unreadable` (the directory could not be read), `gate` (a policy test
     * failed), `compiler` (the compiling thread failed).
     */
    readonly codes: readonly string[];
    /** Diagnostics with code frames, as `policy check` prints them. */
    readonly text: string;
  };
  readonly last_reload: { readonly at: string; readonly successful: boolean; readonly reason: string };
  /** When a reload last ended well (applied or unchanged), the first load included; ISO 8601. */
  readonly last_success_at: string;
  readonly reloads: { readonly applied: number; readonly unchanged: number; readonly rejected: number };
  readonly watching: boolean;
}

/** Holds the policy that is serving and replaces it, whole, when the directory changes. */
export interface PolicyStore {
  /** One reference; a request takes it once and keeps it. */
  current(): CompiledPolicy;
  /** The commit of which a policy's files are, 40 hex digits, and `-dirty` when they are changed; undefined when git knows none. */
  gitOf(policy: CompiledPolicy): string | undefined;
  status(): PolicyStatus;
  /** Reads the directory again; never rejects because of a bad policy. Concurrent calls run one after another. */
  reload(reason: string): Promise<"applied" | "unchanged" | "rejected">;
  /** Calls back after each applied policy, the first included. */
  onApplied(listener: (policy: CompiledPolicy) => void): void;
  close(): Promise<void>;
}
