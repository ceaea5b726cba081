/** A URL as it may be shown and logged: a password becomes `***`, also one that should have been percent-encoded. */
export function withoutPassword(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/[^:@/?#]*):.*@/i, "$1:***@").replace(/(password=)[^&]*/gi, "$1***");
}
