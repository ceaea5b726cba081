/**
 * The token for `/admin`: kept for this tab only, sent as a header only. Nothing else of the browser (cookies, addresses,
 * local storage) ever holds it.
 */
const NAME = "routewright-admin-token";

/** Where the browser lets no page keep anything (cookies are switched off): until the page is loaded anew. */
let keptInPage: string | undefined;

export function adminToken(): string | undefined {
  return tabStorage()?.getItem(NAME) ?? keptInPage;
}

export function keepAdminToken(token: string): void {
  const storage = tabStorage();
  if (storage === undefined) keptInPage = token;
  else storage.setItem(NAME, token);
}

export function forgetAdminToken(): void {
  tabStorage()?.removeItem(NAME);
  keptInPage = undefined;
}

function tabStorage(): Storage | undefined {
  try {
    return sessionStorage;
  } catch {
    return undefined; // to look at it is refused
  }
}
