import { createHash } from "node:crypto";
import { relative } from "node:path";
import type { Logger } from "pino";
import { type CompiledPolicy, type SourceFile, shortRevision, writeCounted } from "../../engine/serving.js";
import { reasonOf } from "../reason-of.js";
import { readGitRevision, watchGitHead } from "./git-revision.js";
import { PolicyDirectoryError } from "./list-policy-files.js";
import type { CompilePolicyFiles, PolicyStatus, PolicyStore } from "./policy-store.js";
import { type Prepared, preparePolicy, type Refusal } from "./prepare-policy.js";
import { type PolicyDirectoryReading, readAtOnce, takeReading } from "./read-policy-directory.js";
import { lookAtDirectory, type PolicyWatchOptions, watchPolicyDirectory } from "./watch-policy-directory.js";

export interface PolicyStoreOptions {
  readonly directory: string;
  readonly compile: CompilePolicyFiles;
  /** Reload when the directory changes. */
  readonly watch: boolean;
  readonly log: Pick<Logger, "info" | "warn" | "error">;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Run the policy's own tests before it serves, and refuse it when one fails. Default false. */
  readonly gate?: boolean;
  /** What the log says of a policy that is taken. Default `serving`. */
  readonly doing?: "serving" | "shadowing";
  /** How the directory is watched; the defaults are documented there. */
  readonly watching?: Pick<PolicyWatchOptions, "settleMs" | "longestMs" | "lookEveryMs" | "events">;
}

/** The policy directory cannot be served at start. `message` is what the operator should see, code frames included. */
export class UnusablePolicyError extends Error {
  override readonly name = "UnusablePolicyError";
  readonly codes: readonly string[];
  constructor(text: string, codes: readonly string[]) {
    super(text);
    this.codes = codes;
  }
}

/** The reason of the first reading. That it serves is for its owner to say: nobody can ask it yet. */
const START_REASON = "start";
/** The reason that changes noticed by the watch have; status and log show it. */
const WATCH_REASON = "the directory changed";

/**
 * Loads the policy directory and keeps it up to date: read whole, checked, compiled off the event loop, then one
 * reference is swapped. A bad edit changes nothing but the status and the log.
 *
 * @throws UnusablePolicyError when the directory cannot be served now: at start there is no last good policy.
 */
export async function createPolicyStore(options: PolicyStoreOptions): Promise<PolicyStore> {
  const store = new WatchedPolicyStore(options);
  await store.start();
  return store;
}

class WatchedPolicyStore implements PolicyStore {
  readonly #options: PolicyStoreOptions;
  readonly #prefix: string;
  readonly #doing: string;
  readonly #listeners: ((policy: CompiledPolicy) => void)[] = [];
  readonly #counts = { applied: 0, unchanged: 0, rejected: 0 };
  #policy: CompiledPolicy | undefined;
  #before: PolicyStatus["before"];
  #warnings: PolicyStatus["warnings"];
  /** Content hashes of the files that serve and of those that were refused last. */
  #servingHash = "";
  #refusedHash: string | undefined;
  #since = "";
  #lastSuccessAt = "";
  #rejected: PolicyStatus["rejected"];
  #lastReload: PolicyStatus["last_reload"] = { at: "", successful: false, reason: START_REASON };
  /** Signature of the newest reading; undefined while one is under way. */
  #seen: string | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #settled: PolicyDirectoryReading["settled"] = new Map();
  /** What was compiled while the directory was not quiet yet; it serves only if these are the files once it is. */
  #ahead: { readonly hash: string; readonly prepared: Promise<Prepared> } | undefined;
  /** A reload by the watch that waits for its turn: later changes need no second one. */
  #watchReloadWaits = false;
  #watch: { close(): Promise<void> } | undefined;
  /** Of which commits the files of policies are. */
  readonly #git = new WeakMap<CompiledPolicy, string>();
  #gitWatch: { close(): void } | undefined;
  #closed = false;

  constructor(options: PolicyStoreOptions) {
    this.#options = options;
    this.#prefix = shownPrefix(options.directory);
    this.#doing = options.doing ?? "serving";
  }

  async start(): Promise<void> {
    const { directory, log, watch, watching } = this.#options;
    // Watching begins before the first reading, so that no edit falls between the two.
    const policyWatch = watch
      ? watchPolicyDirectory({
          directory,
          log,
          lastSeen: () => this.#seen,
          onChange: () => this.#reloadByWatch(),
          onStir: () => void this.#inTurn(() => this.#prepareAhead()),
          ...watching,
        })
      : undefined;
    this.#watch = policyWatch;
    const first = this.#inTurn(() => this.#load(START_REASON));
    const [gitWatch] = await Promise.all([
      watch ? watchGitHead(directory, () => void this.#inTurn(() => this.#noteCommit()), log) : undefined,
      first,
      policyWatch?.ready,
    ]);
    this.#gitWatch = gitWatch;
    if (this.#policy !== undefined) return;
    await this.close();
    throw new UnusablePolicyError(this.#rejected?.text ?? "", this.#rejected?.codes ?? []);
  }

  current(): CompiledPolicy {
    if (this.#policy === undefined) throw new Error("the policy store is used before its first policy");
    return this.#policy;
  }

  gitOf(policy: CompiledPolicy): string | undefined {
    return this.#git.get(policy);
  }

  status(): PolicyStatus {
    const policy = this.current();
    const { name, revision, set } = policy;
    const git = this.gitOf(policy);
    return {
      serving: {
        ...{ name, revision, ...(git === undefined ? {} : { git }) },
        ...{ since: this.#since, rules: set.rules.length },
      },
      ...(this.#warnings === undefined ? {} : { warnings: this.#warnings }),
      ...(this.#before === undefined ? {} : { before: this.#before }),
      ...(this.#rejected === undefined ? {} : { rejected: this.#rejected }),
      last_reload: this.#lastReload,
      last_success_at: this.#lastSuccessAt,
      reloads: { ...this.#counts },
      watching: this.#watch !== undefined && !this.#closed,
    };
  }

  reload(reason: string): Promise<"applied" | "unchanged" | "rejected"> {
    return this.#inTurn(() => this.#load(reason));
  }

  onApplied(listener: (policy: CompiledPolicy) => void): void {
    this.#listeners.push(listener);
    this.#tell(listener, this.current());
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#gitWatch?.close();
    await this.#watch?.close();
    await this.#queue;
    await this.#ahead?.prepared;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined); // the caller has the error; the next in turn goes on
    return result;
  }

  #reloadByWatch(): void {
    if (this.#watchReloadWaits) return;
    this.#watchReloadWaits = true;
    void this.#inTurn(async () => {
      this.#watchReloadWaits = false;
      if (!this.#closed) await this.#load(WATCH_REASON);
    });
  }

  async #load(reason: string): Promise<"applied" | "unchanged" | "rejected"> {
    this.#seen = undefined;
    let files: readonly SourceFile[];
    try {
      const reading = await this.#read();
      this.#seen = reading.signature;
      files = reading.files;
    } catch (error) {
      this.#seen = await this.#lookAfter(error);
      const text = `error: ${reasonOf(error)}`;
      if (reason === WATCH_REASON && this.#rejected?.text === text) return "rejected"; // said before
      return this.#reject(reason, { codes: ["unreadable"], errors: 1, text }, undefined);
    }
    const hash = contentHash(files);
    if (this.#policy !== undefined && hash === this.#servingHash) {
      await this.#noteCommit();
      return this.#keep(reason);
    }
    if (hash === this.#refusedHash && reason === WATCH_REASON) return "rejected"; // said before: a touch of a bad file
    const [prepared, git] = await Promise.all([
      this.#ahead?.hash === hash ? this.#ahead.prepared : this.#prepare(files),
      readGitRevision(this.#options.directory, files),
    ]);
    this.#ahead = undefined;
    if ("refusal" in prepared) {
      return this.#reject(reason, prepared.refusal, prepared.refusal.final ? hash : undefined);
    }
    if (git !== undefined) this.#git.set(prepared.policy, git);
    return this.#apply(reason, prepared, hash);
  }

  /**
   * What the watch compares with after a reading that failed. A reason that passes by itself (no descriptor is left, a network mount was
   * away) changes no file, so files that can be listed then count as changed: they are read again.
   */
  async #lookAfter(error: unknown): Promise<string> {
    const signature = await lookAtDirectory(this.#options.directory);
    const mayPass = error instanceof PolicyDirectoryError && (error.code === "unreadable" || error.code === "unstable");
    return mayPass ? `unreadable: ${reasonOf(error)}` : signature;
  }

  /** The files that serve may have been committed since. */
  async #noteCommit(): Promise<void> {
    if (this.#closed || this.#policy === undefined) return;
    const policy = this.#policy;
    const git = await readGitRevision(this.#options.directory, policy.files);
    if (git === undefined) this.#git.delete(policy);
    else this.#git.set(policy, git);
  }

  /** Begins to compile what stands there at the beginning of an edit: mostly it is the whole edit, and the wait for quiet is not lost. */
  async #prepareAhead(): Promise<void> {
    if (this.#closed) return;
    try {
      const files = await readAtOnce(this.#options.directory, this.#settled);
      const hash = contentHash(files);
      if (hash === this.#servingHash || hash === this.#refusedHash) return;
      this.#ahead = { hash, prepared: this.#prepare(files) };
    } catch {
      // What cannot be read is said by the reload that follows.
    }
  }

  async #read(): Promise<PolicyDirectoryReading> {
    const reading = await takeReading(this.#options.directory, this.#settled);
    this.#settled = reading.settled;
    return reading;
  }

  #prepare(files: readonly SourceFile[]): Promise<Prepared> {
    const { compile, gate = false } = this.#options;
    return preparePolicy(files, { compile, gate, prefix: this.#prefix });
  }

  #apply(reason: string, { policy, warnings }: Exclude<Prepared, { refusal: Refusal }>, hash: string): "applied" {
    this.#noteBefore(policy);
    this.#warnings = warnings;
    this.#policy = policy; // the swap: requests under way keep the reference they took
    this.#servingHash = hash;
    this.#since = this.#succeeded(reason);
    this.#counts.applied += 1;
    const { name, revision, set } = policy;
    if (reason !== START_REASON)
      this.#options.log.info(
        { reason, revision, rules: set.rules.length },
        `${this.#doing} ${name}@${shortRevision(revision)}`,
      );
    if (warnings !== undefined) {
      const { count, codes, text } = warnings;
      this.#options.log.warn({ codes }, `the policy files have ${writeCounted(count, "warning")}\n${text}`);
    }
    for (const listener of this.#listeners) this.#tell(listener, policy);
    return "applied";
  }

  #noteBefore({ revision: next }: CompiledPolicy): void {
    if (this.#policy === undefined || this.#policy.revision === next) return; // other comments are the same policy
    const { revision } = this.#policy;
    const git = this.gitOf(this.#policy);
    this.#before = { revision, ...(git === undefined ? {} : { git }) };
  }

  #keep(reason: string): "unchanged" {
    if (this.#rejected !== undefined && this.#policy !== undefined) {
      const { revision } = this.#policy;
      this.#options.log.info({ reason, revision }, `the refused edit was taken back; ${this.#serving(this.#policy)}`);
    }
    this.#succeeded(reason);
    this.#counts.unchanged += 1;
    return "unchanged";
  }

  #succeeded(reason: string): string {
    const at = this.#time();
    this.#lastReload = { at, successful: true, reason };
    this.#lastSuccessAt = at;
    this.#rejected = undefined;
    this.#refusedHash = undefined;
    return at;
  }

  #reject(reason: string, { errors, codes, text }: Omit<Refusal, "final">, hash: string | undefined): "rejected" {
    const at = this.#time();
    this.#refusedHash = hash;
    this.#rejected = { at, errors, codes, text };
    this.#lastReload = { at, successful: false, reason };
    this.#counts.rejected += 1;
    if (this.#policy !== undefined) {
      this.#options.log.error({ reason, codes }, `an edit was refused; ${this.#serving(this.#policy)}\n${text}`);
    }
    return "rejected";
  }

  #serving({ name, revision }: CompiledPolicy): string {
    return `${name}@${shortRevision(revision)} goes on ${this.#doing}`;
  }

  #tell(listener: (policy: CompiledPolicy) => void, policy: CompiledPolicy): void {
    try {
      listener(policy);
    } catch (error) {
      this.#options.log.error({ error }, "a listener for new policies failed");
    }
  }

  #time(): string {
    return new Date(this.#options.now()).toISOString();
  }
}

function contentHash(files: readonly SourceFile[]): string {
  const hash = createHash("sha256");
  for (const { name, text } of files) hash.update(`${name.length} ${text.length} ${name}`).update(text);
  return hash.digest("hex");
}

/** What stands before file names in messages: the directory as seen from the working directory, if it is below it. */
function shownPrefix(directory: string): string {
  const fromHere = relative(process.cwd(), directory);
  if (fromHere === "") return "";
  return fromHere.startsWith("..") ? `${directory.replace(/\/+$/, "")}/` : `${fromHere}/`;
}
