/**
 * The token of `ADMIN_TOKEN`; an empty one is none.
 * @throws Error in words for the operator, without it, when no request could bring it: servers cut blanks at its ends off.
 */
export function readAdminToken({ ADMIN_TOKEN: token = "" }: NodeJS.ProcessEnv): string | undefined {
  if (token === "") return undefined;
  if (!/^[!-~](?:[ -~]*[!-~])?$/.test(token)) {
    throw new Error(
      "ADMIN_TOKEN: it holds what no `Authorization` header can hold, such as a line break or a blank at its end, or letters beyond ASCII; set the variable to the token alone",
    );
  }
  return token;
}
