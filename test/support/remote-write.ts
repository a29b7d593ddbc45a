import type { SourceSeries } from '../promql/memory-source';
import { writeStale } from '../../src/monitoring/series/staleness';

/**
 * Sends series to a Prometheus by its remote-write protocol 0.1.0: the one way to give it marks of a series' end. In
 * time they have to come after what it has. The body is protobuf in Snappy's block format, of which only literals are
 * used.
 */
export async function remoteWrite(url: string, series: readonly SourceSeries[]): Promise<void> {
  const message = Buffer.concat(series.map((one) => field(1, timeSeries(one))));
  const response = await fetch(`${url}/api/v1/write`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
    },
    body: new Uint8Array(snappy(message)),
  });
  if (response.status !== 204) throw new Error(`remote write: ${response.status} ${await response.text()}`);
}

function timeSeries({ labels, samples }: SourceSeries): Buffer {
  const sorted = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.concat([
    ...sorted.map(([name, value]) =>
      field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(value))])),
    ),
    ...samples.map(([time, value]) => field(2, sample(time, value))),
  ]);
}

function sample(timestampMs: number, value: number | undefined): Buffer {
  const bits = Float64Array.of(value ?? NaN);
  if (value === undefined) writeStale(bits, 0);
  return Buffer.concat([Buffer.from([0x09]), Buffer.from(bits.buffer), Buffer.from([0x10]), varint(timestampMs)]);
}

/** A field of type "length-delimited". */
const field = (number: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([(number << 3) | 2]), varint(content.length), content]);

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}

/** Literals of up to 64 KiB, each behind a tag that says two bytes of length follow. */
function snappy(content: Buffer): Buffer {
  const parts = [varint(content.length)];
  for (let at = 0; at < content.length; at += 65_536) {
    const literal = content.subarray(at, at + 65_536);
    const last = literal.length - 1;
    parts.push(Buffer.from([61 << 2, last & 0xff, last >> 8]), literal);
  }
  return Buffer.concat(parts);
}
