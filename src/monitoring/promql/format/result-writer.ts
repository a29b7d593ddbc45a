import { Labels } from '../../series/labels';
import { timeAt } from '../evaluation/grid';
import type { QueryRun } from '../evaluation/query-run';
import type { Column, SampledSeries } from '../evaluation/value';
import type { QueryResult } from '../promql-engine';
import { formatSeconds, formatValue } from './number-text';

/** Characters gathered before a piece of the answer is given away. */
const PIECE_LENGTH = 65_536;
/** Points written in one go: about a millisecond. */
const POINTS_PER_CHECK = 2_048;

/** How a vector is written: one value per series (instant query) or all of them (range query). */
export type ResultShape = 'instant' | 'range';

/**
 * Writes a result as the `data` of Prometheus's answer, in pieces: an answer of many megabytes is neither one string nor
 * one hold of the event loop.
 */
export async function* writeResult(result: QueryResult, shape: ResultShape): AsyncGenerator<string> {
  const { value, grid, run } = result;
  const at = formatSeconds(grid.startMs);
  if (value.type === 'string') {
    yield `{"resultType":"string","result":[${at},${JSON.stringify(value.value)}]}`;
    return;
  }
  if (value.type === 'scalar' && shape === 'instant') {
    yield `{"resultType":"scalar","result":[${at},"${formatValue(value.values[0]!)}"]}`;
    return;
  }
  const times = Array.from({ length: grid.steps }, (_, step) => `[${formatSeconds(timeAt(grid, step))},"`);
  const vector = value.type === 'vector' && shape === 'instant';
  let piece = `{"resultType":"${vector ? 'vector' : 'matrix'}","result":[`;
  let separator = '';
  for (const series of seriesOf(result)) {
    piece += `${separator}{"metric":${JSON.stringify(series.labels.toObject())},`;
    separator = ',';
    if (vector) piece += `"value":${times[0]}${formatValue(series.values[0]!)}"]}`;
    else {
      piece += '"values":[';
      for await (const points of pointsOf(run, series, times)) piece += points;
      piece += ']}';
    }
    if (piece.length >= PIECE_LENGTH) {
      yield piece;
      piece = '';
    }
    if (run.due()) await run.rest();
  }
  yield `${piece}]}`;
}

function seriesOf({ value, grid }: QueryResult): readonly (Column | SampledSeries)[] {
  if (value.type === 'matrix') return value.series;
  if (value.type === 'vector') return value.columns;
  return value.type === 'scalar'
    ? [{ labels: Labels.EMPTY, values: value.values, present: new Uint8Array(grid.steps).fill(1) }]
    : [];
}

/** The points of one series, some at a time. */
async function* pointsOf(
  run: QueryRun,
  series: Column | SampledSeries,
  times: readonly string[],
): AsyncGenerator<string> {
  const { values } = series;
  let separator = '';
  let text = '';
  for (let at = 0; at < values.length; at++) {
    if ('timestamps' in series) text += `${separator}[${formatSeconds(series.timestamps[at]!)},"`;
    else if (series.present[at]) text += separator + times[at]!;
    else continue;
    text += `${formatValue(values[at]!)}"]`;
    separator = ',';
    if (at % POINTS_PER_CHECK !== POINTS_PER_CHECK - 1) continue;
    yield text;
    text = '';
    if (run.due()) await run.rest();
  }
  yield text;
}
