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
  headers: "",
  facts: "",
  key: "",
  apiKey: "",
};

export type FormField = keyof RequestForm;

export function isEmpty(form: RequestForm): boolean {
  return Object.entries(emptyForm).every(([field, empty]) => form[field as FormField] === empty);
}

const hintHeaders = {
  tags: "x-route-tags",
  budget: "x-route-budget-usd",
  latency: "x-route-max-latency-ms",
  contextTokens: "x-route-context-tokens",
  priority: "x-route-priority",
  session: "x-route-session",
  region: "x-route-region",
} as const satisfies Partial<Record<FormField, string>>;

/** The body of `/v1/chat/completions`. */
export function bodyOf({ model, prompt, system, maxTokens }: RequestForm): object {
  return {
    model: model === "" ? "auto" : model,
    messages: [...(system === "" ? [] : [{ role: "system", content: system }]), { role: "user", content: prompt }],
    ...(maxTokens === "" ? {} : { max_completion_tokens: Number(maxTokens) }),
    stream: true,
  };
}

/** The hints, and the headers written out. @throws Error in words when a line is none. */
export function headersOf(form: RequestForm): Readonly<Record<string, string>> {
  const hints = Object.entries(hintHeaders).flatMap(([field, name]) => {
    const value = form[field as keyof typeof hintHeaders].trim();
    return value === "" ? [] : [[name, value] as const];
  });
  return Object.fromEntries([...hints, ...linesOf(form.headers, ":", "a header is `name: value`")]);
}

/** What `POST /admin/explain` takes. @throws Error in words when a line is none. */
export function explainRequestOf(form: RequestForm): object {
  const facts = Object.fromEntries(linesOf(form.facts, "=", "a fact is `name=value`"));
  return {
    body: bodyOf(form),
    headers: headersOf(form),
    ...(Object.keys(facts).length === 0 ? {} : { facts }),
    ...(form.key === "" ? {} : { key: form.key }),
  };
}

function linesOf(text: string, sign: string, takes: string): readonly (readonly [string, string])[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => {
    const at = line.indexOf(sign);
    if (at < 1) throw new Error(`${takes}, not ${JSON.stringify(line)}`);
    return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
  });
}
