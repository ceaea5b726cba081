import { useEffect, useRef, useState } from "preact/hooks";
import { Field } from "../parts/field.js";
import { Notice } from "../parts/notice.js";
import { keepAdminToken } from "./admin-token.js";

export interface TokenFormProps {
  /** Why the token before was not taken. */
  readonly refused: string | undefined;
  readonly onToken: () => void;
}

/** Asks for the token of `/admin`. */
export function TokenForm({ refused, onToken }: TokenFormProps) {
  const [token, setToken] = useState("");
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const isUsable = /^[\x21-\x7e]+$/.test(token);
  return (
    <form
      class="card token"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isUsable) return;
        keepAdminToken(token);
        onToken();
      }}
    >
      <h1>Sign in</h1>
      <p>
        This server's control plane needs its <code>ADMIN_TOKEN</code>, or an API key of scope <code>admin</code> (or{" "}
        <code>read</code>, to look only). It is kept in this tab until you close it, and sent to this server alone.
      </p>
      {refused === undefined ? null : <Notice tone="bad">{refused}</Notice>}
      <Field label="Token">
        <input
          ref={input}
          type="password"
          autocomplete="off"
          spellcheck={false}
          value={token}
          onInput={(event) => setToken(event.currentTarget.value.trim())}
        />
      </Field>
      <button type="submit" class="main" disabled={!isUsable}>
        Sign in
      </button>
    </form>
  );
}
