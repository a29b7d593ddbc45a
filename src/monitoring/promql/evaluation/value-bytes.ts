import type { Labels } from '../../series/labels';
import type { Value } from './value';

/** A value and whether it is there. */
const STEP_BYTES = 9;
/** The object of a series and its two views into larger arrays, as measured. */
const SERIES_BYTES = 300;
/** A time and a value. */
const SAMPLE_BYTES = 16;
/** An entry of a map by its key, beside the key. */
const ENTRY_BYTES = 80;

/** What a series with values at so many steps takes beside its labels. */
export const columnBytes = (steps: number): number => SERIES_BYTES + STEP_BYTES * steps;

/** What a series of samples takes beside its labels. */
export const sampledBytes = (samples: number): number => SERIES_BYTES + SAMPLE_BYTES * samples;

/** What a map takes for one more key, which is a text of its own. */
export const entryBytes = (key: string): number => ENTRY_BYTES + key.length;

/** What a value takes, its labels included although they may be shared with other values. */
export function bytesOf(value: Value): number {
  switch (value.type) {
    case 'scalar':
      return value.values.byteLength;
    case 'string':
      return value.value.length;
    case 'vector':
      return value.columns.reduce(
        (sum, { labels, values }) => sum + labelBytes(labels) + columnBytes(values.length),
        0,
      );
    case 'matrix':
      return value.series.reduce(
        (sum, series) => sum + labelBytes(series.labels) + sampledBytes(series.timestamps.length),
        0,
      );
  }
}

/** References to name and value, and the texts at one byte a character: few labels are not Latin-1. */
export const labelBytes = (labels: Labels): number => 16 * labels.size + labels.characters;
