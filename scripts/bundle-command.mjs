// Makes dist/cli: the command with all modules of its own in few files, since Node takes some 0.6 ms to find, read and link each of
// 350, whatever they hold. Packages stay outside, as npm installs them.
import { readdirSync, rmSync } from "node:fs";
import { parse } from "node:path";
import { build } from "rolldown";

// Each thread's module has a bundle of its own: in one with the command's, its start could come to stand in a chunk that commands load.
// All lie in one folder, since a thread is started by a name beside the file that starts it (`new URL("./log-worker.js", import.meta.url)`).
const threads = ["cli", "server"].flatMap((folder) =>
  readdirSync(folder, { recursive: true }).flatMap((path) =>
    path.endsWith("-worker.ts") ? [`${folder}/${path}`] : [],
  ),
);
rmSync("dist/cli", { recursive: true, force: true });
for (const input of ["cli/main.ts", ...threads]) {
  const { name } = parse(input);
  await build({
    input,
    platform: "node",
    external: (id) => !id.startsWith(".") && !id.startsWith("/"),
    // None of our modules does anything when it is read: what is not used of one need not be loaded.
    treeshake: { moduleSideEffects: false },
    output: {
      dir: "dist/cli",
      entryFileNames: "[name].js",
      chunkFileNames: name === "main" ? "[name].js" : `${name}-[name].js`,
    },
  });
}
