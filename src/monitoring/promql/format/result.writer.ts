import { Labels } from '../../series/labels';
import { timeAt } from '../evaluation/grid';
import type { Column, SampledSeries } from '../evaluation/value';
import type { QueryResult } from '../promql.engine';
import { formatSeconds, formatValue } from './number-text';

/** Characters gathered before a piece of the answer is given away. */
const PIECE_LENGTH = 65_536;

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
  let first = true;
  for (const series of seriesOf(result)) {
    if (!first) piece += ',';
    first = false;
    piece += `{"metric":${labelsText(series.labels)},`;
    if ('timestamps' in series) piece += `"values":[${samplesText(series)}]}`;
    else if (vector) piece += `"value":${times[0]}${formatValue(series.values[0]!)}"]}`;
    else piece += `"values":[${columnText(series, times)}]}`;
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
  if (value.type !== 'scalar') return [];
  const present = new Uint8Array(grid.steps).fill(1);
  return [{ labels: NO_LABELS, values: value.values, present }];
}

const NO_LABELS = Labels.EMPTY;

const labelsText = (labels: Labels): string => JSON.stringify(labels.toObject());

function columnText({ values, present }: Column, times: readonly string[]): string {
  let text = '';
  for (let step = 0; step < values.length; step++) {
    if (!present[step]) continue;
    text += `${text === '' ? '' : ','}${times[step]}${formatValue(values[step]!)}"]`;
  }
  return text;
}

function samplesText({ timestamps, values }: SampledSeries): string {
  let text = '';
  for (let at = 0; at < values.length; at++) {
    text += `${at === 0 ? '' : ','}[${formatSeconds(timestamps[at]!)},"${formatValue(values[at]!)}"]`;
  }
  return text;
}
