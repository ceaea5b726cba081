import { useMemo } from "preact/hooks";
import type { UsageAnswer } from "../admin/answers.js";
import { useAnswer } from "../admin/use-answer.js";
import { Field } from "../parts/field.js";
import { Notice } from "../parts/notice.js";
import { Unanswered } from "../parts/unanswered.js";
import { linkTo } from "../parts/use-place.js";
import { writeCount } from "../words/write-figures.js";
import { writeIsoDate } from "../words/write-time.js";
import { groups } from "./groups.js";
import { type Measure, measures } from "./measures.js";
import { UsageChart } from "./usage-chart.js";
import { UsageTable } from "./usage-table.js";

const DAY_MS = 86_400_000;
/** Today included; as `policy usage` and `/admin/usage` have it. */
const DEFAULT_DAYS = 30;
/** Each has a bar; a year that is being typed is long ago. */
const MOST_DAYS = 1_000;

export interface UsageViewProps {
  /** What is shown, as far as it is not what is shown at first. */
  readonly query: Readonly<Record<string, string>>;
}

/** False while a day is not written yet, and for what else may stand in an address. */
function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text);
}

/** What was spent and asked for: by group as a table, by day as a chart. */
export function UsageView({ query }: UsageViewProps) {
  const by = groups.find((one) => one === query["by"]) ?? "model";
  const from = query["from"] ?? writeIsoDate(Date.now() - (DEFAULT_DAYS - 1) * DAY_MS);
  const until = query["until"] ?? writeIsoDate(Date.now());
  const show = (change: Readonly<Record<string, string>>) =>
    location.replace(linkTo(["usage"], { ...query, ...change }));
  const days = (Date.parse(until) - Date.parse(from)) / DAY_MS + 1;
  const isSpan = isDay(from) && isDay(until) && days >= 1 && days <= MOST_DAYS;
  // `to` is the first day that is not asked for.
  const span = isSpan ? `from=${from}&to=${writeIsoDate(Date.parse(until) + DAY_MS)}` : undefined;
  const totals = useAnswer<UsageAnswer>(span === undefined ? undefined : `/admin/usage?by=${by}&${span}`);
  const daily = useAnswer<UsageAnswer>(span === undefined ? undefined : `/admin/usage?by=${by},day&${span}`);
  const nameOf = useMemo(() => {
    const names = new Map(totals.value?.usage.map(({ key, key_name }) => [key, key_name]));
    return (value: string) => (value === "" ? "(none)" : (names.get(value) ?? value));
  }, [totals.value]);
  const error = totals.error ?? daily.error;
  const rows = totals.value?.usage;
  const isFree = rows?.every((row) => measures.spend.read(row) === 0) === true; // simulated, or one's own machines
  const wanted = (Object.keys(measures) as Measure[]).find((one) => one === query["chart"]);
  const measure = wanted ?? (isFree ? "requests" : "spend");
  return (
    <>
      <h1>Usage</h1>
      <div class="card fields">
        <Field label="By">
          <select value={by} onChange={(event) => show({ by: event.currentTarget.value })}>
            {groups.map((group) => (
              <option key={group}>{group}</option>
            ))}
          </select>
        </Field>
        <Field label="From" hint="UTC">
          <input type="date" value={from} max={until} onChange={(event) => show({ from: event.currentTarget.value })} />
        </Field>
        <Field label="Until" hint="UTC">
          <input
            type="date"
            value={until}
            min={from}
            onChange={(event) => show({ until: event.currentTarget.value })}
          />
        </Field>
        <Field label="Chart of">
          <select value={measure} onChange={(event) => show({ chart: event.currentTarget.value })}>
            {Object.entries(measures).map(([name, { title }]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </Field>
      </div>
      {isSpan ? null : (
        <Notice tone="unsure">
          Choose two days, the first before the second, at most {writeCount(MOST_DAYS)} days.
        </Notice>
      )}
      {error === undefined ? null : (
        <Unanswered
          error={error}
          again={() => {
            totals.again();
            daily.again();
          }}
        />
      )}
      {totals.value?.truncated === true || daily.value?.truncated === true ? (
        <Notice tone="unsure">
          There is more than is shown: the cheapest, or the latest days, are left out. Choose fewer days.
        </Notice>
      ) : null}
      {isSpan && error === undefined && (rows === undefined || daily.value === undefined) ? (
        <p class="faint">Reading…</p>
      ) : null}
      {rows === undefined || daily.value === undefined ? null : rows.length === 0 ? (
        <p class="faint">Nothing was used in these days.</p>
      ) : (
        <>
          <UsageChart daily={daily.value} by={by} measure={measure} nameOf={nameOf} />
          <UsageTable key={by} rows={rows} by={by} measure={measure} nameOf={nameOf} />
        </>
      )}
    </>
  );
}
