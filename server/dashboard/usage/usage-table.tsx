import { useRef } from "preact/hooks";
import type { UsageRow } from "../../ledger/usage-query.js";
import { ModelName } from "../parts/model-name.js";
import { Scroll } from "../parts/scroll.js";
import { linkTo } from "../parts/use-place.js";
import { useShowAll } from "../parts/use-show-all.js";
import { countOf, writeCount, writeMs, writeShare, writeUsd } from "../words/write-figures.js";
import type { Group } from "./groups.js";
import { inputOf, type Measure, measures, outputOf } from "./measures.js";

export interface UsageTableProps {
  readonly rows: readonly UsageRow[];
  readonly by: Group;
  readonly measure: Measure;
  readonly nameOf: (value: string) => string;
}

/** Rows that are shown unless all are asked for: there may be thousands of tenants or keys. */
const SHOWN = 100;

/** A row for each value of the group, dearest first, and the sum of all. */
export function UsageTable({ rows, by, measure, nameOf }: UsageTableProps) {
  const { read, title } = measures[measure];
  const sum = (figure: (row: UsageRow) => number) => rows.reduce((total, row) => total + figure(row), 0);
  const total = sum(read);
  const sorted = [...rows].sort((a, b) => read(b) - read(a));
  const list = useRef<HTMLTableSectionElement>(null);
  const { shown, hidden, showAll } = useShowAll(sorted, SHOWN, list);
  return (
    <section class="card" aria-label={`Usage by ${by}`}>
      <Scroll label={`Usage by ${by}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">{by}</th>
              <th scope="col" class="share">
                Share of {title.toLowerCase()}
              </th>
              <th scope="col" class="number" title="What counted towards budgets">
                Spend
              </th>
              <th scope="col" class="number" title="What the operator owes the providers, as far as it is known">
                Incurred
              </th>
              <th scope="col" class="number">
                Calls
              </th>
              <th scope="col" class="number">
                Answered
              </th>
              <th scope="col" class="number">
                Tokens in
              </th>
              <th scope="col" class="number">
                Tokens out
              </th>
              <th scope="col" class="number">
                Mean time
              </th>
            </tr>
          </thead>
          <tbody ref={list}>
            {shown.map((row) => (
              <tr key={row[by]}>
                <th scope="row">
                  <Name value={row[by] ?? ""} by={by} nameOf={nameOf} />
                </th>
                <td class="share">
                  <meter min={0} max={1} value={total === 0 ? 0 : read(row) / total}>
                    {total === 0 ? "" : writeShare(read(row) / total)}
                  </meter>
                </td>
                <Figures row={row} unknownCost={row.unknown_cost} />
                <td class="number">{writeMs(row.mean_ms)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">All</th>
              <td class="share" />
              <td class="number">{writeUsd(sum(({ charged_usd }) => charged_usd))}</td>
              <td class="number">{writeUsd(sum(({ incurred_usd }) => incurred_usd))}</td>
              <td class="number">{writeCount(sum(({ attempts }) => attempts))}</td>
              <td class="number">{writeCount(sum(({ answered }) => answered))}</td>
              <td class="number">{writeCount(sum(inputOf))}</td>
              <td class="number">{writeCount(sum(outputOf))}</td>
              <td />
            </tr>
          </tfoot>
        </table>
      </Scroll>
      {hidden === 0 ? null : (
        <p>
          <button type="button" onClick={showAll}>
            Show {countOf(hidden, `more ${by}`)}
          </button>
        </p>
      )}
    </section>
  );
}

function Figures({ row, unknownCost }: { readonly row: UsageRow; readonly unknownCost: number }) {
  return (
    <>
      <td class="number">{writeUsd(row.charged_usd)}</td>
      <td class="number">
        {writeUsd(row.incurred_usd)}
        {unknownCost > 0 ? (
          <small title="Calls whose cost is not known, and not in the sum"> + {unknownCost} unknown</small>
        ) : null}
      </td>
      <td class="number">{writeCount(row.attempts)}</td>
      <td class="number">{writeCount(row.answered)}</td>
      <td class="number">{writeCount(inputOf(row))}</td>
      <td class="number">{writeCount(outputOf(row))}</td>
    </>
  );
}

function Name({
  value,
  by,
  nameOf,
}: {
  readonly value: string;
  readonly by: Group;
  readonly nameOf: (value: string) => string;
}) {
  if (value === "" || by === "endpoint") return <ModelName model={nameOf(value)} />;
  return (
    <a href={linkTo(["decisions"], { [by]: value })}>
      <ModelName model={nameOf(value)} />
    </a>
  );
}
