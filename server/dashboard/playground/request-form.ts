/** What the form holds, each as it was typed. */
export interface RequestForm {
  readonly model: string;
  readonly prompt: string;
  readonly system: string;
  readonly maxTokens: string;
  readonly tags: string;
  readonly budget: string;
  readonly latency: string;
  readonly contextTokens: string;
  readonly priority: string;
  readonly session: string;
  readonly region: string;
  /** JSON: what the body has besides; its `messages` stand before the prompt. */
  readonly more: string;
  /** `name: value` a line. */
  readonly headers: string;
  /** `name=value` a line; for an explanation only. */
  readonly facts: string;
  /** Id of a key; for an explanation only. */
  readonly key: string;
  /** An API key's token; for sending only. It stays in the form. */
  readonly apiKey: string;
}

export const emptyForm: RequestForm = {
  model: "auto",
  prompt: "",
  system: "",
  maxTokens: "",
  tags: "",
  budget: "",
  latency: "",
  contextTokens: "",
  priority: "",
  session: "",
  region: "",
  more: "",
  headers: "",
  facts: "",
  key: "",
  apiKey: "",
};

export type FormField = keyof RequestForm;

export function isEmpty(form: RequestForm): boolean {
  return Object.entries(emptyForm).every(([field, empty]) => form[field as FormField] === empty);
}

export const hintHeaders = {
  tags: "x-route-tags",
  budget: "x-route-budget-usd",
  latency: "x-route-max-latency-ms",
  contextTokens: "x-route-context-tokens",
  priority: "x-route-priority",
  session: "x-route-session",
  region: "x-route-region",
} as const satisfies Partial<Record<FormField, string>>;

/** The body of `/v1/chat/completions`. @throws Error in words when the rest of it is no JSON, or says what has a field of its own. */
export function bodyOf({ model, prompt, system, maxTokens, more }: RequestForm): object {
  const { messages = [], ...others } = readMore(more);
  return {
    model: model === "" ? "auto" : model,
    messages: [
      ...(system === "" ? [] : [{ role: "system", content: system }]),
      ...messages,
      ...(prompt === "" && messages.length > 0 ? [] : [{ role: "user", content: prompt }]),
    ],
    ...(maxTokens === "" ? {} : { max_completion_tokens: Number(maxTokens) }),
    ...others,
    stream: true,
  };
}

/** The hints, and the headers written out; what is said twice with both values. @throws Error in words when a line is none. */
export function headersOf(form: RequestForm): Readonly<Record<string, string>> {
  const hints = Object.entries(hintHeaders).flatMap(([field, name]) => {
    const value = form[field as keyof typeof hintHeaders].trim();
    return value === "" ? [] : [[name, value] as const];
  });
  const takes = "a header is `name: value`";
  const lines = linesOf(form.headers, ":", takes);
  const wrong = lines.find(([name]) => !/^[\w!#$%&'*+.^`|~-]+$/.test(name)); // RFC 9110, 5.6.2
  if (wrong !== undefined) throw new Error(`${takes}, and ${JSON.stringify(wrong[0])} is no name`);
  const headers = new Map<string, string>();
  for (const [name, value] of [...hints, ...lines]) {
    const before = headers.get(name.toLowerCase());
    headers.set(name.toLowerCase(), before === undefined ? value : `${before}, ${value}`); // RFC 9110, 5.3
  }
  return Object.fromEntries(headers);
}

/** What `POST /admin/explain` takes. @throws Error in words when a line is none, or a fact is given twice. */
export function explainRequestOf(form: RequestForm): object {
  const lines = linesOf(form.facts, "=", "a fact is `name=value`");
  const twice = lines.find(([name], at) => lines.findIndex(([other]) => other === name) < at);
  if (twice !== undefined) throw new Error(`the fact \`${twice[0]}\` is given twice`);
  const facts = Object.fromEntries(lines);
  return {
    body: bodyOf(form),
    headers: headersOf(form),
    ...(Object.keys(facts).length === 0 ? {} : { facts }),
    ...(form.key === "" ? {} : { key: form.key }),
  };
}

/** Whether there is something to be answered. */
export function hasMessages({ prompt, more }: RequestForm): boolean {
  return prompt.trim() !== "" || /"messages"\s*:/.test(more);
}

interface MoreOfBody {
  readonly messages?: readonly unknown[];
  readonly [field: string]: unknown;
}

function readMore(text: string): MoreOfBody {
  if (text.trim() === "") return {};
  const more = parse(text);
  if (typeof more !== "object" || more === null || Array.isArray(more)) {
    throw new Error('more of the body is a JSON object, such as {"temperature": 0}');
  }
  const taken = ["model", "max_completion_tokens", "stream"].find((name) => name in more);
  if (taken !== undefined) throw new Error(`more of the body: leave out \`${taken}\`, the form says it`);
  const { messages } = more as MoreOfBody;
  if (messages !== undefined && !Array.isArray(messages)) throw new Error("more of the body: `messages` is a list");
  return more as MoreOfBody;
}

/** @returns undefined for what is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function linesOf(text: string, sign: string, takes: string): readonly (readonly [string, string])[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => {
    const at = line.indexOf(sign);
    if (at < 1) throw new Error(`${takes}, not ${JSON.stringify(line)}`);
    return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
  });
}
