import { Scroll } from "../parts/scroll.js";
import { writeDay } from "../words/write-time.js";

export interface UsageDaysProps {
  /** The parts of each day, in the chart's order. */
  readonly names: readonly string[];
  /** Oldest first; parts as `names`. */
  readonly days: readonly { readonly day: string; readonly parts: readonly number[] }[];
  readonly write: (figure: number) => string;
}

/** The figures of the chart, newest day first, without the days that have none. */
export function UsageDays({ names, days, write }: UsageDaysProps) {
  const used = days.map(({ day, parts }) => ({ day, parts, sum: parts.reduce((a, b) => a + b, 0) }));
  return (
    <Scroll label="Figures by day">
      <table>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col" class="number">
              All
            </th>
            {names.map((name, place) => (
              <th key={place} scope="col" class="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {used
            .filter(({ sum }) => sum > 0)
            .reverse()
            .map(({ day, parts, sum }) => (
              <tr key={day}>
                <th scope="row">
                  <time dateTime={day}>{writeDay(day)}</time>
                </th>
                <td class="number">{write(sum)}</td>
                {names.map((_, place) => (
                  <td key={place} class="number">
                    {parts[place] === 0 ? <span class="faint">–</span> : write(parts[place] ?? 0)}
                  </td>
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    </Scroll>
  );
}
