import { didYouMean, listNames } from "../../diagnostics/suggest.js";
import { describeValue, type Located, type LocatedEntry, type LocatedMap, shorten } from "../../source/located.js";
import type { AttributeDefinition } from "../policy-set.js";
import { booleanOf, childOf, itemsOf, mapOf, numberOf, tagsOf, textOf, textsOf } from "./read-values.js";
import type { Reading } from "./reading.js";

/** Headers that carry secrets: facts are recorded and shown. */
const secretHeaders = new Set(["authorization", "proxy-authorization", "cookie", "x-api-key", "api-key"]);

type AttributeType = "string" | "number" | "boolean" | "set";

/** Reads `attributes:`. What is wrong with one is reported and does not keep the others from being read. */
export function readAttributes(reading: Reading, root: LocatedMap): readonly AttributeDefinition[] {
  return (mapOf(childOf(root, "attributes"))?.entries ?? []).flatMap((entry) => readAttribute(reading, entry) ?? []);
}

function readAttribute(reading: Reading, { key, keySpan, value }: LocatedEntry): AttributeDefinition | undefined {
  const type = textOf(reading, childOf(value, "type")) as AttributeType | undefined;
  const from = readFrom(reading, childOf(value, "from"));
  if (type === undefined || from === undefined) return undefined;
  const valuesNode = childOf(value, "values");
  const values = valuesNode === undefined ? undefined : textsOf(reading, valuesNode);
  if (valuesNode !== undefined && type !== "string") {
    const message = `\`values\` is for attributes of type \`string\`; this one is a \`${type}\``;
    reading.report.error("RW1103", valuesNode.span, message, "leave it out");
  }
  const defaultNode = childOf(value, "default");
  const defaultValue = defaultNode === undefined ? undefined : readFactValue(reading, type, defaultNode, "the default");
  if (typeof defaultValue === "string" && values !== undefined && !values.includes(defaultValue)) {
    const help = didYouMean(defaultValue, values) ?? `write one of ${listNames(values)}`;
    reading.report.error(
      "RW1103",
      defaultNode?.span,
      `the default \`${shorten(defaultValue)}\` is not among \`values\``,
      help,
    );
  }
  return {
    name: `attributes.${key}`,
    type,
    description: textOf(reading, childOf(value, "description")) ?? "",
    from,
    span: keySpan,
    ...(values === undefined ? {} : { values }),
    ...(defaultValue === undefined ? {} : { default: defaultValue }),
  };
}

function readFrom(reading: Reading, node: Located | undefined): AttributeDefinition["from"] | undefined {
  if (textOf(reading, node) === "key") return { key: true };
  const metadata = textOf(reading, childOf(node, "metadata"));
  if (metadata !== undefined) return { metadata };
  const headerNode = childOf(node, "header");
  const header = textOf(reading, headerNode)?.toLowerCase();
  if (header === undefined) return undefined;
  if (secretHeaders.has(header)) {
    const message = `\`${header}\` carries a secret; facts are recorded and shown`;
    reading.report.error("RW1103", headerNode?.span, message, "name a header of your own");
    return undefined;
  }
  return { header };
}

/**
 * A value of an attribute as facts hold it; reported when it is of another type.
 * @param what what it is, for the message: `the default`.
 */
export function readFactValue(
  reading: Reading,
  type: AttributeType,
  node: Located,
  what: string,
): string | number | boolean | readonly string[] | undefined {
  const read = {
    string: () => textOf(reading, node) || undefined,
    number: () => numberOf(reading, node),
    boolean: () => booleanOf(reading, node),
    set: () =>
      node.kind === "map" || (node.kind === "scalar" && typeof node.value !== "string")
        ? undefined
        : tagsOf(reading, node),
  };
  const value = read[type]();
  if (reading.faulty.has(node)) return value;
  const { report } = reading;
  if (value === undefined) {
    const isEmpty = node.kind === "scalar" && node.source === "";
    const found = isEmpty ? "empty" : describeValue(node);
    report.error("RW1103", node.span, `${what} must be ${wanted[type]}, not ${found}`, helpFor(type, node));
  } else if (type === "set") {
    for (const item of itemsOf(node)) {
      if (reading.faulty.has(item) || (item.kind === "scalar" && typeof item.value === "string")) continue;
      const message = `${what} holds ${describeValue(item)}, which is no tag`;
      report.error("RW1103", item.span, message, "tags are texts: quote it if it is one");
    }
  }
  return value;
}

const wanted = { string: "text", number: "a number", boolean: "true or false", set: "a list of tags" } as const;

function helpFor(type: AttributeType, node: Located): string | undefined {
  if (node.kind !== "scalar" || node.source === "") return undefined;
  if (type === "string") return `quote it if it is text: "${shorten(node.source)}"`;
  return typeof node.value === "string" ? `write it without quotes, as ${wanted[type]}` : undefined;
}
