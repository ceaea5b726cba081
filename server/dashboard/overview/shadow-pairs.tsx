import { Fragment } from "preact";
import { useRef } from "preact/hooks";
import type { ShadowAnswer } from "../admin/answers.js";
import { Scroll } from "../parts/scroll.js";
import { linkTo } from "../parts/use-place.js";
import { useShowAll } from "../parts/use-show-all.js";
import { countOf, writeCount, writeShare, writeUsd } from "../words/write-figures.js";

/** Pairs that are shown unless all are asked for. */
const SHOWN = 10;

export interface ShadowPairsProps {
  readonly title: string;
  /** Most frequent first. */
  readonly pairs: ShadowAnswer["rules"];
  /** All that were tried. */
  readonly decisions: number;
}

/** From what to what decisions would change. */
export function ShadowPairs({ title, pairs, decisions }: ShadowPairsProps) {
  const rows = useRef<HTMLTableSectionElement>(null);
  const { shown, hidden, showAll } = useShowAll(pairs, SHOWN, rows);
  return (
    <>
      <Scroll label={title}>
        <table class="pairs" aria-label={`Would change, ${title.toLowerCase()}`}>
          <thead>
            <tr>
              <th scope="col">{title}</th>
              <th scope="col" class="number">
                Decisions
              </th>
              <th scope="col" class="number">
                Share
              </th>
              <th scope="col" class="number" title="Sums over those whose cost is known before and after">
                Expected cost
              </th>
              <th scope="col">Examples</th>
            </tr>
          </thead>
          <tbody ref={rows}>
            {shown.map(
              ({ from, to, count, cost_known: known, cost_before_usd: before, cost_after_usd: after, examples }) => (
                <tr key={`${from} ${to}`}>
                  <th scope="row">{from === to ? `${from}, another endpoint` : `${from} → ${to}`}</th>
                  <td class="number">{writeCount(count)}</td>
                  <td class="number">{writeShare(count / decisions)}</td>
                  <td class="number">
                    {known === 0 ? <span class="faint">–</span> : `${writeUsd(before)} → ${writeUsd(after)}`}
                  </td>
                  <td>
                    {examples.map(({ id }, index) => (
                      <Fragment key={id}>
                        <a href={linkTo(["decisions", id])} aria-label={`Decision ${id}`} title={id}>
                          {index + 1}
                        </a>{" "}
                      </Fragment>
                    ))}
                  </td>
                </tr>
              ),
            )}
          </tbody>
        </table>
      </Scroll>
      {hidden === 0 ? null : (
        <p>
          <button type="button" onClick={showAll}>
            Show {countOf(hidden, "more pair")}
          </button>
        </p>
      )}
    </>
  );
}
