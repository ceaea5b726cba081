// The command runs by itself, as `npx policy` runs it: npm sets this only when it links the command for the first time.
import { chmodSync } from "node:fs";

chmodSync(new URL("../dist/cli/main.js", import.meta.url), 0o755);
