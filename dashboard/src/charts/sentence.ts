// What a chart says, in a sentence: for those who do not see it.
import type { Panel } from '../panels/panel';
import { clockTime, format } from './format';

export interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

/** Between which values each line moved, when it was highest, and what it is now. */
export function sentenceOf(
  { title, unit }: Pick<Panel, 'title' | 'unit'>,
  times: readonly number[],
  lines: readonly Line[],
): string {
  if (lines.length === 0) return `${title}: nothing was measured in this time.`;
  const parts = lines.slice(0, 6).map(({ name, values }) => {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    let highAt = 0;
    let last: number | null = null;
    values.forEach((value, index) => {
      if (value === null) return;
      last = value;
      low = Math.min(low, value);
      if (value > high) {
        high = value;
        highAt = times[index]!;
      }
    });
    if (last === null) return `${name}: nothing`;
    if (high - low <= Math.abs(high) * 0.05) return `${name} steady at ${format(unit, last)}`;
    return `${name} between ${format(unit, low)} and ${format(unit, high)} (at ${clockTime(highAt * 1000)}), now ${format(unit, last)}`;
  });
  const more = lines.length > 6 ? `; ${lines.length - 6} more lines` : '';
  return `${title}: ${parts.join('; ')}${more}.`;
}
