import type { Express, IRouter } from "express";
import { sendError } from "../errors/api-error.js";
import { methodNotAllowed } from "../errors/method-not-allowed.js";

/** Answers methods that an address does not take with 405 and those that it does: with another one an address is not unknown. */
export function refuseOtherMethods(
  app: Express,
  routers: readonly (readonly [prefix: string, routes: IRouter])[],
): void {
  for (const [path, methods] of methodsByPath(routers)) {
    const allow = [...methods].sort().join(", ");
    app.all(path, ({ method, path: asked }, response) => {
      sendError(response, methodNotAllowed(method, asked, allow));
    });
  }
}

function methodsByPath(routers: readonly (readonly [string, IRouter])[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const [prefix, { stack }] of routers) {
    for (const { route } of stack) {
      if (route === undefined) continue; // a middleware
      const path = prefix + route.path;
      const methods = found.get(path) ?? new Set();
      found.set(path, methods);
      for (const { method } of route.stack) methods.add(method.toUpperCase());
      if (methods.has("GET")) methods.add("HEAD"); // Express answers it so
    }
  }
  return found;
}
