/** As the server writes them. It has other things below `/admin/decisions/`, exports and streams: an address names none of them. */
export function isDecisionId(text: string): boolean {
  return /^dec_\w+$/.test(text);
}
