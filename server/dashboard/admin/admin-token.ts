/**
 * The token for `/admin`: kept for this tab only, sent as a header only. Nothing else of the browser (cookies, addresses,
 * local storage) ever holds it.
 */
const NAME = "routewright-admin-token";

export function adminToken(): string | undefined {
  return sessionStorage.getItem(NAME) ?? undefined;
}

export function keepAdminToken(token: string): void {
  sessionStorage.setItem(NAME, token);
}

export function forgetAdminToken(): void {
  sessionStorage.removeItem(NAME);
}
