import type { SeriesKind } from '../series-store';

/** The first bytes of a segment: another format has others. */
export const SEGMENT_HEAD = Buffer.from('samples1');
/** In front of a record: its length and its checksum (CRC-32), 4 bytes each. */
export const FRAME_BYTES = 8;

export const KINDS: readonly SeriesKind[] = ['untyped', 'counter', 'gauge', 'histogram', 'summary'];
/** In the byte of the kind: the service measures the series itself. */
export const OWN_BIT = 0x80;

/** What an entry begins with; from `sample` on it is a sample, and says of which series and whether its time follows. */
export const CODES = { tick: 0, series: 1, metric: 2, saved: 3, sample: 4 } as const;

/** A place in the journal: everything before it was taken before everything behind it. */
export interface JournalPlace {
  readonly segment: number;
  readonly offset: number;
}
