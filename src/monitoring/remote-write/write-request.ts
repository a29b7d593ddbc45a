import type { SeriesKind } from '../series/series-store';
import { bytesField, doubleField, integerField, ProtobufReader } from './protobuf';

// The message of Prometheus's remote-write protocol 1.0: prometheus.io/docs/specs/prw/remote_write_spec

/** One series with some of its samples. */
export interface WrittenSeries {
  readonly labels: readonly (readonly [string, string])[];
  readonly timestamps: Float64Array;
  /** A stale mark is one by its bits. */
  readonly values: Float64Array;
  /** Native histograms, which are not kept. */
  readonly histograms: number;
}

/** What is known of one metric; younger senders leave it out. */
export interface WrittenMetadata {
  readonly name: string;
  readonly kind: SeriesKind;
  readonly help: string;
  readonly unit: string;
}

const TIMESERIES = 1;
const METADATA = 3;
const KINDS: readonly SeriesKind[] = ['untyped', 'counter', 'gauge', 'histogram', 'gauge', 'summary', 'gauge', 'gauge'];

/** The message of some series. Labels have to be sorted by name. */
export function writeRequest(series: readonly Omit<WrittenSeries, 'histograms'>[]): Buffer {
  return Buffer.concat(series.map((one) => bytesField(TIMESERIES, timeSeries(one))));
}

function timeSeries({ labels, timestamps, values }: Omit<WrittenSeries, 'histograms'>): Buffer {
  const parts = labels.map(([name, value]) =>
    bytesField(1, Buffer.concat([bytesField(1, name), bytesField(2, value)])),
  );
  for (let at = 0; at < values.length; at++) {
    const bits = new Uint8Array(values.buffer, values.byteOffset + at * 8, 8);
    parts.push(bytesField(2, Buffer.concat([doubleField(1, bits), integerField(2, timestamps[at]!)])));
  }
  return Buffer.concat(parts);
}

/** Reads a message, one series or one description at a time. @throws ProtobufError where it cannot be read */
export function* readWriteRequest(message: Buffer): Generator<WrittenSeries | WrittenMetadata> {
  const reader = new ProtobufReader(message);
  while (reader.next()) {
    if (reader.field === TIMESERIES) yield readSeries(reader.message());
    else if (reader.field === METADATA) yield readMetadata(reader.message());
    else reader.skip();
  }
}

function readSeries(reader: ProtobufReader): WrittenSeries {
  const labels: [string, string][] = [];
  const samples: [number, number][] = [];
  let histograms = 0;
  while (reader.next()) {
    if (reader.field === 1) labels.push(readLabel(reader.message()));
    else if (reader.field === 2) samples.push(readSample(reader.message()));
    else {
      if (reader.field === 4) histograms++;
      reader.skip();
    }
  }
  return {
    labels,
    timestamps: Float64Array.from(samples, ([timestamp]) => timestamp),
    values: Float64Array.from(samples, ([, value]) => value),
    histograms,
  };
}

function readLabel(reader: ProtobufReader): [string, string] {
  let name = '';
  let value = '';
  while (reader.next()) {
    if (reader.field === 1) name = reader.text();
    else if (reader.field === 2) value = reader.text();
    else reader.skip();
  }
  return [name, value];
}

function readSample(reader: ProtobufReader): [number, number] {
  let value = 0;
  let timestamp = 0;
  while (reader.next()) {
    if (reader.field === 1) value = reader.double();
    else if (reader.field === 2) timestamp = reader.int64();
    else reader.skip();
  }
  return [timestamp, value];
}

function readMetadata(reader: ProtobufReader): WrittenMetadata {
  let kind: SeriesKind = 'untyped';
  const texts = { name: '', help: '', unit: '' };
  while (reader.next()) {
    if (reader.field === 1) kind = KINDS[reader.int64()] ?? 'untyped';
    else if (reader.field === 2) texts.name = reader.text();
    else if (reader.field === 4) texts.help = reader.text();
    else if (reader.field === 5) texts.unit = reader.text();
    else reader.skip();
  }
  return { kind, ...texts };
}
