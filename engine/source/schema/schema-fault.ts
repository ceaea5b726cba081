import type { Span } from "../../diagnostics/diagnostic.js";
import type { DiagnosticCode } from "../../diagnostics/diagnostic-codes.js";
import type { Help } from "../../diagnostics/report.js";
import { describeValue, type Located, type LocatedEntry, shorten } from "../located.js";
import type { DocumentKind, SchemaNode } from "./document-schemas.js";

/** What a value does not fit, and where. */
export interface SchemaFault {
  readonly keyword: keyof SchemaNode;
  readonly schema: SchemaNode;
  /** Name under `$defs` of the schema. */
  readonly definition: string | undefined;
  readonly kind: DocumentKind;
  readonly node: Located;
  /** The entry that holds the node; undefined for the root and for items of lists. */
  readonly entry: LocatedEntry | undefined;
  /** The nearest entry around the node: the list's, for an item. */
  readonly holder: LocatedEntry | undefined;
  /** The missing key of `required`. */
  readonly key?: string;
  /** The entry that `additionalProperties` or `propertyNames` refuses. */
  readonly unknown?: LocatedEntry;
  /** The item that `uniqueItems` finds again. */
  readonly again?: Located;
}

/** What is said of a fault. */
export interface Said {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly help: Help;
  /** Left out: the value's own. */
  readonly span?: Span | undefined;
  /** The value that it is about, where that is one below the node (of an unknown key). */
  readonly about?: Located;
}

export function say(code: DiagnosticCode, message: string, help: Help, span?: Span): Said {
  return { code, message, help, span };
}

/** What the message is about: the key that holds the value, an item, the file. */
export function nameOf({ entry, holder, schema }: SchemaFault): string {
  if (entry !== undefined) return `\`${shorten(entry.key)}\``;
  const title = schema.title?.toLowerCase();
  if (title?.startsWith("routewright") === true) return "the file";
  if (title !== undefined) return `the ${title}`;
  return holder === undefined ? "the item" : `an item of \`${shorten(holder.key)}\``;
}

/** A missing or empty value has no text of its own: point at the key that holds it. */
export function placeOf({ entry, node }: SchemaFault): Span {
  if (node.kind === "scalar" && node.value !== null && node.source !== "") return node.span;
  return entry === undefined ? firstKey(node) : entry.keySpan;
}

export function firstKey(node: Located): Span {
  return node.kind === "map" ? (node.entries[0]?.keySpan ?? node.span) : node.span;
}

/** A value in the words of a message: as it is written, or what it is. */
export function quote(node: Located): string {
  return node.kind === "scalar" && node.value !== null ? `\`${shorten(node.source)}\`` : describeValue(node);
}

/** The keys that the map takes. */
export function knownKeys({ schema }: SchemaFault): readonly string[] {
  return Object.keys(schema.properties ?? {});
}
