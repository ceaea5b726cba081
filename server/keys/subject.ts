import type { KeySettings } from "./api-key.js";

/** Who has limits and spends, as the database and the counters name it. An app belongs to its tenant. */
export type Subject = `key:${string}` | `tenant:${string}` | `app:${string}/${string}`;

export function tenantSubject(tenant: string): Subject {
  return `tenant:${encodeURIComponent(tenant)}`;
}

export function appSubject(tenant: string | undefined, app: string): Subject {
  return `app:${encodeURIComponent(tenant ?? "")}/${encodeURIComponent(app)}`;
}

/** Everybody whose limits a request with this key counts towards: the key first, then its tenant, then its app. */
export function subjectsOf(id: string, { tenant, app }: Pick<KeySettings, "tenant" | "app">): readonly Subject[] {
  return [
    `key:${id}`,
    ...(tenant === undefined ? [] : [tenantSubject(tenant)]),
    ...(app === undefined ? [] : [appSubject(tenant, app)]),
  ];
}

/** For people: "key `key_…`", "tenant `search`", "app `search/site`". */
export function describeSubject(subject: Subject): string {
  const at = subject.indexOf(":");
  const name = subject
    .slice(at + 1)
    .split("/")
    .map(decodeURIComponent)
    .join("/");
  return `${subject.slice(0, at)} \`${name.replace(/^\//, "")}\``;
}
