// Installs what some tests run for real, where it is missing and can be had: PostgreSQL, Redis, nginx, curl, OpenSSL, two shells, Chromium and
// Graphviz, by Debian's packages, as root or with a sudo that asks nothing. Elsewhere it says what will be skipped and how to get it.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const has = (command) => spawnSync("sh", ["-c", `command -v ${command}`]).status === 0;
const services = [
  { name: "PostgreSQL", package: "postgresql", isThere: existsSync("/usr/lib/postgresql") },
  { name: "Redis", package: "redis-server", isThere: has("redis-server") },
  { name: "nginx", package: "nginx-light", isThere: has("nginx") },
  { name: "curl", package: "curl", isThere: has("curl") },
  { name: "OpenSSL", package: "openssl", isThere: has("openssl") },
  { name: "zsh", package: "zsh", isThere: has("zsh") },
  { name: "fish", package: "fish", isThere: has("fish") },
  {
    name: "Chromium",
    package: "chromium-headless-shell",
    isThere: ["chromium-headless-shell", "chromium"].some((name) => existsSync(`/usr/bin/${name}`)),
  },
  { name: "Graphviz", package: "graphviz", isThere: has("dot") },
];
const missing = services.filter(({ isThere }) => !isThere);

if (missing.length > 0) {
  const packages = missing.map((service) => service.package);
  const isRoot = process.getuid?.() === 0;
  const canInstall = has("apt-get") && (isRoot || spawnSync("sudo", ["-n", "true"]).status === 0);
  const apt = `${isRoot ? "" : "sudo -n "}env DEBIAN_FRONTEND=noninteractive apt-get -qq`;
  const run = (command) => spawnSync("sh", ["-c", `${command} >/dev/null`], { stdio: "inherit" }).status === 0;
  if (canInstall) {
    console.log(`installing for the tests: ${packages.join(" ")}`);
    run(`${apt} update`);
  }
  // One by one: a system that has not all of them (Ubuntu has no package of Chromium) gets the others.
  const without = missing.filter(
    (service) => !canInstall || !run(`${apt} install -y --no-install-recommends ${service.package}`),
  );
  if (without.length > 0) {
    const names = without.map(({ name }) => name).join(", ");
    console.log(
      `tests on ${names} are skipped; to run them: apt-get install ${without.map((one) => one.package).join(" ")}`,
    );
  }
}
