import { reasonOf } from "../reason-of.js";

/** Why a database cannot be used: the driver's words, and what an operator can do about it where they do not say that. */
export function whyUnusable(error: unknown): string {
  const said = reasonOf(error) || String(error);
  const message = CANNOT_OPEN.test(said) ? "unable to open database file" : said;
  const [, advice] = advices.find(([words]) => words.test(message)) ?? [];
  return advice === undefined ? message : `${message}; ${advice}`;
}

/** libsql's words of SQLite's code 14. */
const CANNOT_OPEN = /^ConnectionFailed\("Unable to open connection to local database .*: 14"\)$/s;

/** SQLite's words, and what helps. */
const advices: readonly (readonly [RegExp, string])[] = [
  [/^database (table )?is locked/, "another process writes to it, or brings it up to date: try again"],
  [/readonly database/, "whoever runs this must be able to write the file and its folder"],
  [/^unable to open database file/, "it must be a file that whoever runs this may write"],
  [/^database or disk is full/, "make room on its disk"],
  [/^disk I\/O error/, "its disk is full or broken, or went away"],
  [/^(file is not a database|database disk image is malformed)/, "name another file, or restore the backup"],
];
