/** The address of a path of the server: the page is at its `/`, which a reverse proxy may have below a path of its own. */
export function belowPage(path: string): string {
  return `.${path}`;
}
