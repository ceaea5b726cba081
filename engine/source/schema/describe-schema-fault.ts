import { looksLikeKey } from "../../diagnostics/hide-keys.js";
import { didYouMean, listNames } from "../../diagnostics/suggest.js";
import { type Located, type LocatedEntry, type LocatedMap, shorten } from "../located.js";
import { isRequiredKey } from "./document-schemas.js";
import { firstKey, nameOf, placeOf, quote, type Said, type SchemaFault, say } from "./schema-fault.js";
import { descriptionOf, ownDescription, rangeOf } from "./schema-words.js";
import { describeUnknownKey, isMisspelt, knowsNothing } from "./unknown-key.js";
import { helpFor, type ValueForm, valueForms } from "./value-forms.js";
import { describeWrongType, isPlainNumber } from "./wrong-type.js";

const effects = ["deny", "require", "route"];

/** Says a fault in the operator's words. Nothing for what another fault of the same place already says. */
export function describeSchemaFault(fault: SchemaFault): Said | undefined {
  const { keyword, schema, definition, node, entry, holder } = fault;
  const form = definition === undefined ? undefined : valueForms[definition];
  if (form !== undefined && node.kind !== "map") return describeNoSuchValue(fault, form);
  switch (keyword) {
    case "additionalProperties":
      return describeUnknownKey(fault);
    case "required": {
      const { key = "" } = fault;
      if (isMisspelt(fault, [key]) || knowsNothing(fault)) return undefined;
      const description = descriptionOf(fault.kind, schema, key);
      const help =
        key === "kind" ? kindHelp(fault) : `add \`${key}: …\`${description === undefined ? "" : ` (${description})`}`;
      return say("RW1102", `${nameOf(fault)} needs \`${key}\``, help, placeOf(fault));
    }
    case "oneOf": {
      const given = (node as LocatedMap).entries.filter(({ key }) => effects.includes(key));
      if (given.length === 0 && (isMisspelt(fault, effects) || knowsNothing(fault))) return undefined;
      const help = "a rule has exactly one of `deny`, `require` and `route`; write two rules for two effects";
      const [, second] = given;
      return second === undefined
        ? say("RW1104", "the rule does nothing", "give it one of `deny`, `require` and `route`", firstKey(node))
        : say("RW1104", `the rule has ${given.length} effects`, help, second.keySpan);
    }
    case "enum": {
      const allowed = schema.enum ?? [];
      const written = node.kind === "scalar" ? String(node.value) : "";
      const list = `one of ${listNames(allowed)}`;
      const near = formatOf(entry, written) ?? didYouMean(written, allowed);
      const owner = holder === undefined ? "" : ` of \`${shorten(holder.key)}\``;
      return say("RW1103", `${quote(node)} is not a value${owner}`, near === undefined ? list : `${near} (${list})`);
    }
    case "type":
    case "anyOf":
      return describeWrongType(fault);
    case "const":
      return say("RW1008", `${quote(node)} is not a kind`, kindHelp(fault));
    case "minItems":
    case "minProperties":
    case "minLength": {
      if (entry?.key === "forall") {
        const help = "of all requests: write `forall: { model: { present: true } }`, which each of them meets";
        return say("RW1103", "`forall` is empty", help, placeOf(fault));
      }
      const help = keyword === "minLength" ? "write its text" : "write at least one value";
      const optional = entry === undefined || isRequiredKey(entry.key) ? "" : ", or leave the key out";
      return say("RW1103", `${nameOf(fault)} is empty`, `${help}${optional}`, placeOf(fault));
    }
    case "maxItems": {
      const { maxItems } = schema;
      return say("RW1103", `${nameOf(fault)} has more than ${maxItems} values`, "leave some out", placeOf(fault));
    }
    case "maxProperties": {
      const last = (node as LocatedMap).entries.at(-1);
      const keys = listNames(
        (node as LocatedMap).entries.map(({ key }) => key),
        "and",
      );
      return say("RW1103", `${nameOf(fault)} holds ${keys}; it takes one of them`, "keep one", last?.keySpan);
    }
    case "uniqueItems": {
      const again = fault.again ?? node;
      return say("RW1103", `${quote(again)} stands twice in ${nameOf(fault)}`, "keep one of them", again.span);
    }
    case "pattern": {
      const key = entry === undefined ? "value" : `\`${shorten(entry.key)}\``;
      if (looksLikeKey(sourceOf(node))) {
        return say("RW1103", `what stands here is not a valid ${key}`, ownDescription(schema));
      }
      const [, variable] = /^\$\{?(\w+)\}?$/.exec(sourceOf(node)) ?? [];
      const isVariable = entry?.key === "api_key_env" && variable !== undefined;
      const help = isVariable ? `write its name alone: \`${variable}\`` : ownDescription(schema);
      return say("RW1103", `${quote(node)} is not a valid ${key}`, help);
    }
    case "propertyNames": {
      const name = shorten(fault.unknown?.key ?? "");
      const help = `a name is ${schema.propertyNames?.description}`;
      return say("RW1103", `\`${name}\` cannot be a name in ${nameOf(fault)}`, help, fault.unknown?.keySpan);
    }
    case "minimum":
    case "maximum":
    case "exclusiveMinimum":
      return say("RW1302", `${quote(node)} is out of range`, `write a number ${rangeOf(schema)}`);
    default:
      return say("RW1103", `${nameOf(fault)} has the wrong form`, ownDescription(schema), placeOf(fault));
  }
}

/** Of a value of a named kind (tokens, a duration) that is none. */
function describeNoSuchValue(fault: SchemaFault, form: ValueForm): Said {
  const { node } = fault;
  if (node.kind === "scalar" && node.value === null) {
    return say(form.code, `${nameOf(fault)} is empty`, form.help, placeOf(fault));
  }
  if (node.kind === "scalar" && typeof node.value === "string" && isPlainNumber(node.value)) {
    return say(form.code, `the text \`${node.value}\` is not ${form.what}`, `write it without quotes: ${node.value}`);
  }
  return say(
    form.code,
    `${quote(node)} is not ${form.what}`,
    comparisonIn(fault) ?? helpFor(form, sourceOf(node)),
    placeOf(fault),
  );
}

const comparisons: Readonly<Record<string, string>> = { ">=": "gte", ">": "gt", "<=": "lte", "<": "lt" };

/** `context_tokens: ">= 100k"`. */
function comparisonIn({ node, definition }: SchemaFault): string | undefined {
  const [, sign = "", bound] = (node.kind === "scalar" && /^([<>]=?)\s*(\S+)$/.exec(node.source)) || [];
  const isCondition = definition?.endsWith("Condition") === true;
  return isCondition && bound !== undefined ? `write \`{ ${comparisons[sign]}: ${shorten(bound)} }\`` : undefined;
}

function sourceOf(node: Located): string {
  return node.kind === "scalar" ? node.source : "";
}

/** Providers and servers whose API is OpenAI's, in lower case: people write them as the format. */
const likeOpenAi = new Set([
  ...["azure", "cerebras", "cohere", "deepseek", "fireworks", "groq", "litellm", "llama.cpp", "lmstudio", "mistral"],
  ...["ollama", "openai-compatible", "openrouter", "sglang", "together", "vllm", "xai"],
]);

/** Of a provider that is named where its wire format is asked for. */
function formatOf(entry: LocatedEntry | undefined, written: string): string | undefined {
  if (entry?.key !== "format" || !likeOpenAi.has(written.toLowerCase())) return undefined;
  return `write \`openai\`: ${shorten(written)} speaks that API`;
}

function kindHelp({ kind }: SchemaFault): string {
  return `write \`kind: ${kind}\``;
}
