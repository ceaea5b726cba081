// Makes dist/cli: the command with all modules of its own in few files, since Node takes some 0.6 ms to find, read and link each of
// 350, whatever they hold. Packages stay outside, as npm installs them.
import { chmodSync, readdirSync } from "node:fs";
import { rolldown } from "rolldown";

// All lie in one folder, since a thread's module is named beside the one that starts it (`new URL("./log-worker.js", import.meta.url)`).
const threads = ["cli", "server"].flatMap((folder) =>
  readdirSync(folder, { recursive: true }).flatMap((path) =>
    path.endsWith("-worker.ts") ? [`${folder}/${path}`] : [],
  ),
);
const bundle = await rolldown({
  input: ["cli/main.ts", ...threads],
  platform: "node",
  external: (id) => !id.startsWith(".") && !id.startsWith("/"),
});
await bundle.write({
  dir: "dist/cli",
  format: "esm",
  cleanDir: true,
  entryFileNames: "[name].js",
  chunkFileNames: "[name].js",
});
// The command runs by itself, as `npx policy` runs it: npm sets this only when it links the command for the first time.
chmodSync("dist/cli/main.js", 0o755);
