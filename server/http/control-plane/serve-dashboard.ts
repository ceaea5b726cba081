import express, { type Response, Router } from "express";

/** What the browser may do with the page. Nothing comes from elsewhere, nothing is sent elsewhere, no text becomes markup or code. */
const HEADERS = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; "),
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
} as const;

/**
 * The dashboard at `/`: files that hold no secret and are the same for everybody. What it shows it asks `/admin` for, which
 * wants the administrator's token, or a request from this machine.
 *
 * @param folder as the build writes it: `index.html`, and `assets/` with names that change with their content.
 */
export function serveDashboard(folder: string): Router {
  const routes = Router();
  routes.use(
    express.static(folder, {
      index: "index.html",
      redirect: false,
      // Both are made of a file's size and time, which package managers set to one and the same: a page would outlive its scripts.
      etag: false,
      lastModified: false,
      setHeaders(response: Response, path: string) {
        const isNamedByContent = /[\\/]assets[\\/][^\\/]+$/.test(path);
        response.setHeader("cache-control", isNamedByContent ? "public, max-age=31536000, immutable" : "no-cache");
        for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
      },
    }),
  );
  return routes;
}
