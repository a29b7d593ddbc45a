import { parseFloat64 } from '../../../monitoring/promql/functions/go-math';
import { parseSelectors } from '../../../monitoring/promql/syntax/expression-parser';
import { Labels } from '../../../monitoring/series/labels';

/** Samples of one series of a test. */
const MOST_SAMPLES = 1_000_000;

/** A series of a test: a value at each interval, `undefined` for none, `stale` where it ends. */
export interface InputSeries {
  readonly labels: Labels;
  readonly values: readonly (number | undefined | 'stale')[];
}

/** `name{label="value"}`. @throws Error for anything else */
export function parseMetric(text: string): Labels {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed === '{}') return Labels.EMPTY;
  const [matchers = []] = parseSelectors([trimmed]);
  if (matchers.some(({ operator }) => operator !== '=')) {
    throw new Error(`a series is written with = alone, not as ${trimmed}`);
  }
  return Labels.from(matchers.map(({ name, value }) => [name, value] as const));
}

const REPEATED =
  /^([+-]?(?:[\d.]+(?:e[+-]?\d+)?|inf|nan))(?:([+-])([+-]?(?:[\d.]+(?:e[+-]?\d+)?|inf|nan)))?(?:x(\d{1,7}))?$/i;

/** Prometheus's notation of values: `1 2`, `1+1x5`, `_x3`, `stale`. @throws Error with the part that is none */
export function parseValues(text: string): InputSeries['values'] {
  const values: (number | undefined | 'stale')[] = [];
  for (const part of text.split(/\s+/)) {
    if (part === '') continue;
    if (part === 'stale') values.push('stale');
    else if (/^_(x\d{1,7})?$/.test(part)) fill(values, Number(part.slice(2) || 1), () => undefined);
    else {
      const [, first, sign, step, times] = REPEATED.exec(part) ?? [];
      const begin = parseFloat64(first ?? '');
      const by = step === undefined ? 0 : parseFloat64(step);
      if (begin === undefined || by === undefined || (step !== undefined && times === undefined)) {
        throw new Error(`unexpected "${part}" in series values`);
      }
      const added = sign === '-' ? -by : by;
      // Added up one by one, as Prometheus does.
      let value = begin;
      fill(
        values,
        times === undefined ? 1 : Number(times) + 1,
        (index) => (value = index === 0 ? begin : value + added),
      );
    }
    if (values.length > MOST_SAMPLES) throw new Error(`a series has more than ${MOST_SAMPLES} values`);
  }
  return values;
}

function fill(values: unknown[], times: number, make: (index: number) => number | undefined): void {
  if (times > MOST_SAMPLES) throw new Error(`a series has more than ${MOST_SAMPLES} values`);
  for (let index = 0; index < times; index++) values.push(make(index));
}
