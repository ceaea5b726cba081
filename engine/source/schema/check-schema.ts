import type { PendingDiagnostic } from "../../diagnostics/report.js";
import { type Located, type LocatedEntry, type LocatedMap, plainValue } from "../located.js";
import { chooseBranch, isOfType } from "./choose-branch.js";
import { describeSchemaFault } from "./describe-schema-fault.js";
import { type DocumentKind, resolveSchema, type SchemaNode, schemaOf } from "./document-schemas.js";
import { fitsSchema } from "./fits-schema.js";
import type { SchemaFault } from "./schema-fault.js";

/** A fault that the JSON Schema finds, with the value it is about. */
export interface SchemaFinding {
  readonly about: Located;
  readonly diagnostic: PendingDiagnostic;
  /** It says that something is missing. */
  readonly isLack: boolean;
}

/** A value with the entries around it. */
interface Place {
  readonly node: Located;
  /** The entry that holds the value; undefined for the root and for items of lists. */
  readonly entry: LocatedEntry | undefined;
  /** The nearest entry around the value. */
  readonly holder: LocatedEntry | undefined;
}

/** What says that something is missing: nothing new about a map that lost an entry already. */
const lacks: ReadonlySet<SchemaFault["keyword"]> = new Set(["required", "minProperties", "oneOf"]);

/** Faults of one document that are told; a file of a million wrong values needs no million messages. */
const MAX_FAULTS = 1_000;

/**
 * Holds a document against its schema; every mistake gives one finding, in the order written. ajv judges whether the
 * document is sound; only if it is not, {@link explainSchemaFaults} says what is wrong and where.
 */
export function checkSchema(kind: DocumentKind, root: Located): readonly SchemaFinding[] {
  const verdict = fitsSchema(kind, plainValue(root));
  if (verdict.fits) return [];
  const findings = explainSchemaFaults(kind, root);
  if (findings.length > 0) return findings;
  // The two have never disagreed in tests; if they do, the document is refused all the same.
  const message = `the file does not fit its schema: ${verdict.reason}`;
  return [{ about: root, diagnostic: { code: "RW1103", severity: "error", message, span: root.span }, isLack: false }];
}

/**
 * Walks the located values with the schema beside them, so that a fault knows its place and its part of the schema. The
 * test suite holds it against ajv.
 */
export function explainSchemaFaults(kind: DocumentKind, root: Located): readonly SchemaFinding[] {
  const check = new SchemaCheck(kind);
  check.value(schemaOf(kind), { node: root, entry: undefined, holder: undefined });
  return check.findings;
}

class SchemaCheck {
  readonly findings: SchemaFinding[] = [];

  constructor(private readonly kind: DocumentKind) {}

  /** @returns whether the value fits. */
  value(written: SchemaNode, place: Place): boolean {
    const { schema, definition } = resolveSchema(this.kind, written);
    const { node } = place;
    const before = this.findings.length;
    if (before >= MAX_FAULTS) return false;
    const fail = (keyword: SchemaFault["keyword"], detail: Partial<SchemaFault> = {}) => {
      const fault = { ...place, keyword, schema, definition, kind: this.kind, ...detail };
      const said = describeSchemaFault(fault);
      if (said === undefined) return;
      const { about = node, code, message, help, span = node.span } = said;
      const diagnostic = { code, severity: "error", message, span, ...(help === undefined ? {} : { help }) } as const;
      this.findings.push({ about, diagnostic, isLack: lacks.has(keyword) });
    };
    if (schema.anyOf !== undefined) {
      const branch = chooseBranch(this.kind, schema.anyOf, node);
      // Of what is told as one, which branch it comes nearest to is of no interest.
      const isOne = isToldAsOne(definition, node);
      if (branch === undefined || (isOne && !this.#fits(branch, place))) fail("anyOf");
      else if (!isOne) this.value(branch, place);
    } else if (schema.const !== undefined && (node.kind !== "scalar" || node.value !== schema.const)) fail("const");
    else if (schema.type !== undefined && !isOfType(node, schema.type)) fail("type");
    else if (node.kind === "map") this.#map(schema, node, fail);
    else if (node.kind === "list") this.#list(schema, place, node.items, fail);
    else {
      const fault = scalarFault(schema, node.value);
      if (fault !== undefined) fail(fault);
    }
    return this.findings.length === before;
  }

  /** Whether a value fits, without telling what is wrong. */
  #fits(schema: SchemaNode, place: Place): boolean {
    return new SchemaCheck(this.kind).value(schema, place);
  }

  #map(schema: SchemaNode, map: LocatedMap, fail: Fail): void {
    const { properties = {}, patternProperties = {}, additionalProperties, required = [], propertyNames } = schema;
    const { entries } = map;
    if (entries.length < (schema.minProperties ?? 0)) fail("minProperties");
    if (entries.length > (schema.maxProperties ?? entries.length)) fail("maxProperties");
    const keys =
      required.length === 0 && schema.oneOf === undefined ? undefined : new Set(entries.map(({ key }) => key));
    for (const key of required) if (keys?.has(key) === false) fail("required", { key });
    const chosen = schema.oneOf?.filter((branch) => branch.required?.every((key) => keys?.has(key)) === true);
    if (chosen !== undefined && chosen.length !== 1) fail("oneOf");
    const patterns = Object.entries(patternProperties);
    for (const entry of entries) {
      const { key, value } = entry;
      if (propertyNames !== undefined && scalarFault(propertyNames, key) !== undefined)
        fail("propertyNames", { unknown: entry });
      const known = Object.hasOwn(properties, key)
        ? properties[key]
        : patterns.find(([pattern]) => expression(pattern).test(key))?.[1];
      const inner = known ?? additionalProperties;
      if (inner === false) fail("additionalProperties", { unknown: entry });
      else if (inner !== undefined) this.value(inner, { node: value, entry, holder: entry });
      if (this.findings.length >= MAX_FAULTS) return;
    }
  }

  #list(
    { minItems = 0, maxItems = Number.POSITIVE_INFINITY, uniqueItems, items: inner }: SchemaNode,
    place: Place,
    items: readonly Located[],
    fail: Fail,
  ): void {
    if (items.length < minItems) fail("minItems");
    if (items.length > maxItems) fail("maxItems");
    if (uniqueItems === true) {
      const again = firstRepeated(items);
      if (again !== undefined) fail("uniqueItems", { again });
    }
    for (const node of inner === undefined ? [] : items) {
      this.value(inner as SchemaNode, { node, entry: undefined, holder: place.holder });
      if (this.findings.length >= MAX_FAULTS) return;
    }
  }
}

/** Definitions that are one kind of value however many forms it has. */
const wholeValues = new Set(["tokens", "positiveTokens", "duration"]);
/** The same, but for a mapping, which has keys to judge. */
const shortForms = new Set(["tokensCondition", "usdCondition", "millisecondsCondition", "ratioCondition", "source"]);

function isToldAsOne(definition: string | undefined, node: Located): boolean {
  if (definition === undefined) return false;
  return wholeValues.has(definition) || (shortForms.has(definition) && node.kind !== "map");
}

type Fail = (keyword: SchemaFault["keyword"], detail?: Partial<SchemaFault>) => void;

/** The keyword that a scalar of the right type fails; undefined when it fails none. */
function scalarFault(schema: SchemaNode, value: unknown): SchemaFault["keyword"] | undefined {
  if (schema.enum !== undefined && !schema.enum.some((allowed) => allowed === value)) return "enum";
  if (typeof value === "string") {
    if (value.length < (schema.minLength ?? 0)) return "minLength";
    if (schema.pattern !== undefined && !expression(schema.pattern).test(value)) return "pattern";
  }
  if (typeof value === "number") {
    if (value < (schema.minimum ?? value)) return "minimum";
    if (value > (schema.maximum ?? value)) return "maximum";
    if (schema.exclusiveMinimum !== undefined && value <= schema.exclusiveMinimum) return "exclusiveMinimum";
  }
  return undefined;
}

function firstRepeated(items: readonly Located[]): Located | undefined {
  const seen = new Set<unknown>();
  return items.find((item) => {
    if (item.kind !== "scalar") return false;
    const isAgain = seen.has(item.value);
    seen.add(item.value);
    return isAgain;
  });
}

const expressions = new Map<string, RegExp>();

function expression(pattern: string): RegExp {
  let compiled = expressions.get(pattern);
  if (compiled === undefined) {
    compiled = new RegExp(pattern, "u");
    expressions.set(pattern, compiled);
  }
  return compiled;
}
