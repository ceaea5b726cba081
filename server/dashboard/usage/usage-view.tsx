import { useMemo, useState } from "preact/hooks";
import type { KeysAnswer, UsageAnswer } from "../admin/answers.js";
import { useAnswer } from "../admin/use-answer.js";
import { Field } from "../parts/field.js";
import { Notice } from "../parts/notice.js";
import { writeCount } from "../words/write-figures.js";
import { writeIsoDate } from "../words/write-time.js";
import { type Group, groups } from "./groups.js";
import { type Measure, measures } from "./measures.js";
import { UsageChart } from "./usage-chart.js";
import { UsageTable } from "./usage-table.js";

const DAY_MS = 86_400_000;
/** Today included; as `policy usage` and `/admin/usage` have it. */
const DEFAULT_DAYS = 30;
/** Each has a bar; a year that is being typed is long ago. */
const MOST_DAYS = 1_000;

/** What was spent and asked for: by group as a table, by day as a chart. */
export function UsageView() {
  const [by, setBy] = useState<Group>("model");
  const [measure, setMeasure] = useState<Measure>("spend");
  const [from, setFrom] = useState(() => writeIsoDate(Date.now() - (DEFAULT_DAYS - 1) * DAY_MS));
  const [until, setUntil] = useState(() => writeIsoDate(Date.now()));
  const days = (Date.parse(until) - Date.parse(from)) / DAY_MS + 1;
  const isSpan = days >= 1 && days <= MOST_DAYS; // false too while a day is not written yet
  // `to` is the first day that is not asked for.
  const span = isSpan ? `from=${from}&to=${writeIsoDate(Date.parse(until) + DAY_MS)}` : undefined;
  const totals = useAnswer<UsageAnswer>(span === undefined ? undefined : `/admin/usage?by=${by}&${span}`);
  const daily = useAnswer<UsageAnswer>(span === undefined ? undefined : `/admin/usage?by=${by},day&${span}`);
  const keys = useAnswer<KeysAnswer>(by === "key" ? "/admin/keys" : undefined);
  const nameOf = useMemo(() => {
    const names = new Map(keys.value?.keys.map(({ id, name }) => [id, name]));
    return (value: string) => (value === "" ? "(none)" : (names.get(value) ?? value));
  }, [keys.value]);
  const error = totals.error ?? daily.error;
  const rows = totals.value?.usage;
  return (
    <>
      <h1>Usage</h1>
      <div class="card fields">
        <Field label="By">
          <select
            value={by}
            onChange={(event) => setBy(groups.find((one) => one === event.currentTarget.value) ?? "model")}
          >
            {groups.map((group) => (
              <option key={group}>{group}</option>
            ))}
          </select>
        </Field>
        <Field label="From" hint="UTC">
          <input type="date" value={from} max={until} onChange={(event) => setFrom(event.currentTarget.value)} />
        </Field>
        <Field label="Until">
          <input type="date" value={until} min={from} onChange={(event) => setUntil(event.currentTarget.value)} />
        </Field>
        <Field label="Chart of">
          <select
            value={measure}
            onChange={(event) =>
              setMeasure(event.currentTarget.value in measures ? (event.currentTarget.value as Measure) : "spend")
            }
          >
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
      {error === undefined ? null : <Notice tone="bad">{error}</Notice>}
      {totals.value?.truncated === true || daily.value?.truncated === true ? (
        <Notice tone="unsure">
          There is more than is shown: the cheapest, or the latest days, are left out. Choose fewer days.
        </Notice>
      ) : null}
      {rows === undefined || daily.value === undefined ? null : rows.length === 0 ? (
        <p class="faint">Nothing was used in these days.</p>
      ) : (
        <>
          <UsageChart daily={daily.value} by={by} measure={measure} nameOf={nameOf} />
          <UsageTable rows={rows} by={by} measure={measure} nameOf={nameOf} />
        </>
      )}
    </>
  );
}
