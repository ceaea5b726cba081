import type { ServerResponse } from "node:http";
import { afterEach, expect, it } from "vitest";
import { LargeBodies } from "../../../../server/http/body/large-bodies.js";
import { roomForBodies } from "../../../../server/http/body/room-for-bodies.js";
import {
  catalogOf,
  compile,
  completion,
  done,
  event,
  policyOf,
  sendJson,
  startProxy,
  startUpstream,
  stopAll,
} from "../harness.js";

afterEach(stopAll);

const MIB = 1024 * 1024;

it("holds large bodies until their answers begin, and refuses one more than there is room for", async () => {
  const waiting: ServerResponse[] = [];
  const upstream = await startUpstream((response) => void waiting.push(response));
  const policy = compile(policyOf("{ to: [acme/one] }"), catalogOf({ one: upstream.url }));
  const proxy = await startProxy(policy, { largeBodies: new LargeBodies(3.5 * MIB) });
  const ask = (mebibytes: number, stream = false) => proxy.ask({ stream, padding: "x".repeat(mebibytes * MIB) });
  const isWaiting = (count: number) => expect.poll(() => waiting.length).toBe(count);

  const whole = ask(1.5);
  const streamed = ask(1.5, true);
  await isWaiting(2);
  const refused = await ask(1.5);
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
  expect(await refused.json()).toMatchObject({ error: { code: "too_many_bodies" } });
  const small = ask(0.5); // of usual size: not counted
  await isWaiting(3);

  const streaming = waiting.find((_, at) => upstream.requests[at]?.body.includes('"stream":true')) as ServerResponse;
  streaming.writeHead(200, { "content-type": "text/event-stream" });
  streaming.write(event({ content: "Hel" }));
  await streamed;
  const second = ask(1.5); // the stream's body was let go
  await isWaiting(4);
  expect((await ask(1.5)).status).toBe(503);
  streaming.end(event({}, "stop") + done);
  for (const response of waiting) if (response !== streaming) sendJson(response, completion("fine"));
  const answers = await Promise.all([whole, streamed, small, second]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  await Promise.all(answers.map((answer) => answer.text()));

  const after = [ask(1.5), ask(1.5)];
  await isWaiting(6);
  for (const response of waiting.slice(4)) sendJson(response, completion("fine"));
  expect((await Promise.all(after)).map(({ status }) => status)).toEqual([200, 200]);
});

// A body that is translated takes five times its bytes, and the server 150 MiB: with more room than this, containers of 512 MiB and 1 GiB were killed.
it.each([
  [1024, 128],
  [512, 64],
  [128, 32], // always one of the largest
])("in %d MiB of memory there is room for %d MiB of bodies", (memory, room) => {
  expect(roomForBodies(memory * MIB)).toBe(room * MIB);
});
