import { type Request, type Response, Router } from "express";
import type { CompiledPolicy } from "../../../engine/serving.js";
import { refuseUnknownModels } from "../../keys/allowed-models.js";
import type { ApiKey } from "../../keys/api-key.js";
import { DEFAULT_OVERLAP, keyToJson } from "../../keys/key-json.js";
import type { KeyRing } from "../../keys/key-ring.js";
import type { KeyStore } from "../../keys/key-store.js";
import { limitsOfSubject } from "../../keys/limits-of-subject.js";
import { readKeyEdit } from "../../keys/read-key-edit.js";
import { InvalidSettings, readExpiry, readKeyRequest, readLimits } from "../../keys/read-key-settings.js";
import { appSubject, tenantSubject } from "../../keys/subject.js";
import type { Accounting } from "../../ledger/accounting.js";
import { budgetsToJson } from "../budgets-to-json.js";
import { sendError } from "../errors/api-error.js";
import { refuseKeyAttributes } from "../observe/refuse-key-attributes.js";
import { refuseInvalidSettings } from "./refuse-invalid-settings.js";

export interface KeyPlane {
  readonly store: KeyStore;
  readonly ring: KeyRing;
  readonly accounting: Pick<Accounting, "balancesOf">;
  /** Its catalog has the models that a key may be allowed. */
  readonly currentPolicy: () => CompiledPolicy;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** `/admin/keys` and `/admin/limits`; access was checked and the body read before. */
export function createKeyRoutes({ store, ring, accounting, currentPolicy, now }: KeyPlane): Router {
  const routes = Router({ caseSensitive: true });

  routes.get("/keys", async (_request, response) => {
    response.json({ keys: (await store.list()).map((key) => keyToJson(withLastUse(key, ring), now())) });
  });

  routes.get("/keys/:id", async (request, response) => {
    const key = await store.find(request.params.id);
    if (key === undefined) noKey(response, "there is no key of that id");
    else {
      const budgets = budgetsToJson(await accounting.balancesOf(key));
      response.json({ key: keyToJson(withLastUse(key, ring), now()), budgets });
    }
  });

  routes.post("/keys", async (request, response) => {
    if (request.body === undefined) {
      throw new InvalidSettings("the body", "send the key's settings as a JSON object; {} makes a key without any");
    }
    const wanted = readKeyRequest(request.body, now());
    refuseUnknownModels(currentPolicy(), wanted.settings.allow);
    refuseKeyAttributes(currentPolicy(), wanted.settings.attributes);
    const { key, token } = await store.create(wanted, now());
    await ring.refresh();
    response.status(201).json({ key: keyToJson(key, now()), token });
  });

  routes.patch("/keys/:id", async (request, response) => {
    const { named, applyTo } = readKeyEdit(request.body ?? {}, now());
    refuseUnknownModels(currentPolicy(), named.allow);
    refuseKeyAttributes(currentPolicy(), named.attributes);
    const key = await store.edit(request.params.id, applyTo);
    await ring.refresh();
    if (key === undefined) noKey(response, "no such key, or it is revoked");
    else response.json({ key: keyToJson(withLastUse(key, ring), now()) });
  });

  routes.post("/keys/:id/rotate", async (request, response) => {
    const until = readOverlap(request.body ?? {}, now());
    const issued = await store.rotate(request.params.id, until);
    await ring.refresh();
    if (issued === undefined) noKey(response, "no such key, or it is revoked");
    else response.json({ key: keyToJson(issued.key, now()), token: issued.token });
  });

  const revoke = async (request: Request<{ id: string }>, response: Response) => {
    const key = await store.revoke(request.params.id, now());
    await ring.refresh();
    if (key === undefined) noKey(response, "there is no key of that id");
    else response.json({ key: keyToJson(key, now()) });
  };
  routes.post("/keys/:id/revoke", revoke);
  routes.delete("/keys/:id", revoke);

  routes.get("/limits", async (_request, response) => {
    await ring.refresh();
    response.json({ limits: ring.listLimits().map(({ subject, limits }) => limitsOfSubject(subject, limits)) });
  });

  routes.put("/limits", async (request, response) => {
    const { subject, limits } = readLimitsRequest(request.body ?? {});
    await store.setLimits(subject, limits);
    await ring.refresh();
    response.json(limitsOfSubject(subject, limits));
  });

  routes.use(refuseInvalidSettings);
  return routes;
}

function withLastUse(key: ApiKey, ring: KeyRing): ApiKey {
  const lastUsedAt = Math.max(ring.lastUse(key.id) ?? 0, key.lastUsedAt ?? 0);
  return lastUsedAt === 0 ? key : { ...key, lastUsedAt };
}

/** @returns until when the old secret works, epoch milliseconds. @throws InvalidSettings */
function readOverlap(body: Readonly<Record<string, unknown>>, now: number): number {
  const { overlap = DEFAULT_OVERLAP, ...rest } = body;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw new InvalidSettings(unknown.slice(0, 100), "it takes overlap alone");
  return overlap === "0" || overlap === 0 ? now : readExpiry(overlap, now, "overlap");
}

/** @throws InvalidSettings */
function readLimitsRequest(body: Readonly<Record<string, unknown>>) {
  const { tenant, app, limits, ...rest } = body;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw new InvalidSettings(unknown.slice(0, 100), "it takes tenant, app and limits");
  const isText = (value: unknown) => typeof value === "string" && value.trim() !== "" && value.length <= 256;
  if (tenant !== undefined && !isText(tenant)) throw new InvalidSettings("tenant", "it takes a text");
  if (app !== undefined && !isText(app)) throw new InvalidSettings("app", "it takes a text");
  if (app === undefined && tenant === undefined) throw new InvalidSettings("tenant", "name a tenant, an app, or both");
  if (limits === undefined) {
    throw new InvalidSettings("limits", "say all that are to hold, {} for none: what is left out is taken away");
  }
  const subject =
    app === undefined ? tenantSubject(String(tenant)) : appSubject(tenant as string | undefined, String(app));
  return { subject, limits: readLimits(limits) };
}

function noKey(response: Response, message: string): void {
  sendError(response, { status: 404, type: "not_found_error", code: "not_found", message });
}
