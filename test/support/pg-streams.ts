import type { Readable, Writable } from 'node:stream';
import type { Submittable } from 'pg';

export interface TestCursor extends Submittable {
  read(rows: number): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

// They are written without types, or with types for pg's own client only.
const CursorClass: new (text: string, values?: unknown[]) => TestCursor = require('pg-cursor');
const StreamClass: new (
  text: string,
  values?: unknown[],
  options?: object,
) => Readable & Submittable = require('pg-query-stream');
const copyStreams: {
  from(text: string): Writable & Submittable;
  to(text: string): Readable & Submittable;
} = require('pg-copy-streams');

export const cursorOf = (text: string) => new CursorClass(text);
export const streamOf = (text: string) => new StreamClass(text, [], { batchSize: 2 });
export const copyFrom = (text: string) => copyStreams.from(text);
export const copyTo = (text: string) => copyStreams.to(text);
