import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import type { Logger } from "pino";
import { RateLimiterMemory, RateLimiterRedis } from "rate-limiter-flexible";
import type { ExchangeHealth, HealthNews } from "../endpoints/shared-health.js";
import type { CreateCounter, Slots } from "./rate-limits.js";
import { EXCHANGE_HEALTH } from "./redis-scripts.js";
import { RedisSlots } from "./redis-slots.js";

/** What many processes share through Redis. */
export interface SharedCounters {
  readonly redis: Redis;
  readonly createCounter: CreateCounter;
  readonly slots: Slots;
  readonly exchangeHealth: ExchangeHealth;
  isReady(): boolean;
  close(): Promise<void>;
}

/** A command that takes longer has failed, milliseconds. */
const COMMAND_MS = 1_000;
/**
 * A connection on which answers were waited for so long is given up, milliseconds: Redis counts as away, and commands fail at once. A
 * request asks up to a dozen times, and would wait each time. Longer than one command, for a process that stood still itself.
 */
const SILENT_MS = 2_000;

/** @throws Error in words for the operator, when it names no Redis: ioredis would take a host's name, or any other URL, for a socket's path. */
function checkRedisUrl(url: string): void {
  if (url.startsWith("/") || (/^rediss?:\/\//i.test(url) && URL.canParse(url))) return;
  throw new Error(
    "REDIS_URL is not understood; write redis://HOST:6379, redis://:PASSWORD@HOST:6379/0, or rediss://… for TLS; in a password write all but letters and digits in percent-encoding",
  );
}

/**
 * Connects to Redis or Valkey in the background; it need not be there yet. Commands fail at once while it is away, and work
 * again when it is back. Rates are no money: while it is away each process counts for itself, and places are not counted.
 */
export function openRedis(url: string, log: Pick<Logger, "warn">, slotLeaseMs?: number): SharedCounters {
  checkRedisUrl(url);
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_MS,
    socketTimeout: SILENT_MS,
    connectTimeout: 5_000,
    retryStrategy: (times) => Math.min(100 * times, 1_000),
    // After a failover the address may name another server, and this one keep the connections that it has.
    reconnectOnError: ({ message }) => message.includes("READONLY"),
  });
  const slots = new RedisSlots(redis, slotLeaseMs);
  let isSaid = false;
  redis.on("error", (error: Error) => {
    if (!isSaid) log.warn({ error: error.message }, "Redis cannot be reached; trying again");
    isSaid = true;
  });
  redis.on("ready", () => {
    isSaid = false;
    void isOneOfCluster(redis).then((isOne) => {
      if (isOne)
        log.warn(
          {},
          "REDIS_URL names one node of a Redis cluster, and the others are not asked: requests with a budget are refused, or rates not shared; name a Redis that is no cluster",
        );
    });
  });
  return {
    redis,
    createCounter: (kind, points) => {
      const limiter = new RateLimiterRedis({
        storeClient: redis,
        keyPrefix: `routewright:rate:${kind}`,
        points,
        duration: 60,
        insuranceLimiter: new RateLimiterMemory({ keyPrefix: kind, points, duration: 60 }),
      });
      return {
        async count(subject, more) {
          const counted = await (more < 0 ? limiter.reward(subject, -more) : limiter.penalty(subject, more));
          return { used: counted.consumedPoints, resetMs: counted.msBeforeNext };
        },
      };
    },
    slots,
    exchangeHealth: exchangeHealthOver(redis),
    isReady: () => redis.status === "ready",
    close: async () => {
      slots.close();
      redis.disconnect();
    },
  };
}

/** Whether other nodes have a part of the keys: this one refuses what is asked about those (`MOVED`). */
function isOneOfCluster(redis: Redis): Promise<boolean> {
  return redis.cluster("INFO").then(
    (info) => Number(/^cluster_size:(\d+)/m.exec(info)?.[1]) > 1,
    () => false, // it is no cluster, or does not say
  );
}

/** Waits until Redis is ready, at most so long. */
export async function redisReady({ redis }: Pick<SharedCounters, "redis">, limitMs: number): Promise<boolean> {
  const end = performance.now() + limitMs;
  while (redis.status !== "ready") {
    if (performance.now() >= end) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}

const HEALTH = "routewright:health";

/** Shares what servers learn of endpoints through one hash. */
function exchangeHealthOver(redis: Redis): ExchangeHealth {
  const owner = randomUUID();
  return async (told, since) => {
    const news = told.flatMap((one) => [
      `${one.kind === "cool_down" ? "cool_down" : "circuit"} ${one.endpoint}`,
      one.kind,
      "remainingMs" in one ? Math.round(one.remainingMs) : 0,
      "openMs" in one ? Math.round(one.openMs) : 0,
      Math.round(one.agoMs),
    ]);
    const [version, ...values] = (await redis.eval(EXCHANGE_HEALTH, 1, HEALTH, since, owner, ...news)) as [
      number,
      ...string[],
    ];
    const heard: HealthNews[] = [];
    for (let at = 0; at + 4 < values.length; at += 5) {
      const [field = "", kind, remaining, opened, ago] = values.slice(at, at + 5);
      const endpoint = field.slice(field.indexOf(" ") + 1);
      const agoMs = Number(ago);
      if (kind === "circuit_closed") heard.push({ kind, endpoint, agoMs });
      else if (kind === "cool_down") heard.push({ kind, endpoint, agoMs, remainingMs: Number(remaining) });
      else if (kind === "circuit_open") {
        heard.push({ kind, endpoint, agoMs, remainingMs: Number(remaining), openMs: Number(opened) });
      }
    }
    return { version, heard };
  };
}
