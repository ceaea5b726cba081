import { describe, expect, it } from "vitest";
import { DecisionFeed } from "../../../../server/storage/decisions/decision-feed.js";

describe("DecisionFeed", () => {
  it("ends its streams when it is closed, and those that begin afterwards too", () => {
    const feed = new DecisionFeed();
    const ended: string[] = [];
    const subscribe = (name: string) =>
      feed.subscribe({ filter: {}, take: () => undefined, end: () => ended.push(name) });
    subscribe("before");
    feed.close();
    expect(ended).toEqual(["before"]);
    subscribe("after");
    expect(ended).toEqual(["before", "after"]);
    expect(feed.size).toBe(0);
  });
});
