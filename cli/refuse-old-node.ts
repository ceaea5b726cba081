import { CommandFailure } from "./command-failure.js";

/** As `engines` in package.json says, of which npm warns only. */
const OLDEST_NODE = [20, 19] as const;

/** @throws CommandFailure (2) on a Node that lacks what Routewright calls: it would look like a fault of ours. */
export function refuseOldNode(version: string): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldest, oldestMinor] = OLDEST_NODE;
  if (major > oldest || (major === oldest && minor >= oldestMinor)) return;
  throw new CommandFailure(2, `policy: this is Node ${version}; Routewright needs ${OLDEST_NODE.join(".")} or newer`);
}
