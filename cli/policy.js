#!/usr/bin/env node
// The command as npm links it. It is in the repository, so that the link that `npx policy` makes in a clone holds before the first build too.
import { existsSync } from "node:fs";

const command = new URL("../dist/cli/main.js", import.meta.url);
if (existsSync(command)) {
  await import(command.href);
} else {
  process.stderr.write("policy: Routewright is not built yet: run `npm run build` (`npm start` builds it, too)\n");
  process.exitCode = 2;
}
