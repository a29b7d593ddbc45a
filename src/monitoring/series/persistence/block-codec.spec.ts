import * as fc from 'fast-check';
import { zstdCompressSync } from 'node:zlib';
import { Labels } from '../labels';
import { writeStale } from '../staleness';
import { BlockBuilder, BlockReader, BlockUnreadableError, type StoredSeries } from './block-codec';

const START = 1_700_000_000_000;

function samples(startMs: number, values: readonly number[]) {
  return { timestamps: Float64Array.from(values, (_, i) => startMs + i * 10_000), values: Float64Array.from(values) };
}

async function read(data: Uint8Array): Promise<StoredSeries[]> {
  const found: StoredSeries[] = [];
  for await (const series of new BlockReader().series(data)) found.push(series);
  return found;
}

describe('a block of series', () => {
  const labels = Labels.from({ __name__: 'm', path: '/ä"\\\n', empty: '' });

  it('gives labels, kind and every bit of every sample back', async () => {
    const many = samples(
      START,
      Array.from({ length: 1_000 }, (_, i) => i / 7),
    );
    writeStale(many.values, 999);
    many.values[0] = -0;
    const builder = new BlockBuilder();
    builder.add({ labels, kind: 'counter', samples: many });
    builder.add({ labels: Labels.from({ __name__: 'n' }), kind: 'untyped', samples: samples(START - 5, [1]) });
    const block = await builder.finish();
    expect(block).toMatchObject({ fromMs: START - 5, toMs: START + 9_990_000, samples: 1_001 });
    const [first, second] = await read(block.data);
    const reader = new BlockReader();
    expect(reader.labels(first!.labelText).key).toBe(labels.key);
    expect([first!.kind, second!.kind]).toEqual(['counter', 'untyped']);
    const back = reader.samples(first!.chunks);
    expect(back.timestamps).toEqual(many.timestamps);
    expect(new BigUint64Array(back.values.slice().buffer)).toEqual(new BigUint64Array(many.values.buffer));
  });

  it('joins what several blocks hold of a series, the later written where a clock was set back', async () => {
    const chunks = [];
    for (const [startMs, values] of [
      [START, [1, 2, 3]],
      [START + 10_000, [9, 9, 4]],
      [START + 60_000, [5]],
    ] as const) {
      const builder = new BlockBuilder();
      builder.add({ labels, kind: 'gauge', samples: samples(startMs, values) });
      chunks.push(...(await read((await builder.finish()).data))[0]!.chunks);
    }
    const joined = new BlockReader().samples(chunks);
    expect([...joined.values]).toEqual([1, 9, 9, 4, 5]);
    expect([...joined.timestamps].map((time) => time - START)).toEqual([0, 10_000, 20_000, 30_000, 60_000]);
  });

  it('joins in the order of time whatever was done to the clock between and within blocks', async () => {
    const step = fc.record({ ticks: fc.integer({ min: 1, max: 300 }), stepHours: fc.integer({ min: -60, max: 60 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 6 }), fc.nat(200), async (steps, ticksPerBlock) => {
        const model = new Map<number, number>();
        const chunks: StoredSeries['chunks'][number][] = [];
        let [timeMs, value, written] = [START, 0, [] as [number, number][]];
        const write = async () => {
          if (written.length === 0) return;
          const builder = new BlockBuilder();
          const [timestamps, values] = [0, 1].map((i) => Float64Array.from(written, (sample) => sample[i]!));
          builder.add({ labels, kind: 'gauge', samples: { timestamps: timestamps!, values: values! } });
          chunks.push(...(await read((await builder.finish()).data))[0]!.chunks);
          written = [];
        };
        for (const { ticks, stepHours } of steps) {
          for (let tick = 0; tick < ticks; tick++) {
            timeMs += 10_000;
            model.set(timeMs, ++value);
            written.push([timeMs, value]);
            if (written.length > ticksPerBlock) await write();
          }
          if (stepHours < 0) await write(); // what one block has of a series is ascending
          timeMs += stepHours * 3_600_000;
        }
        await write();
        const { timestamps, values } = new BlockReader().samples(chunks);
        const joined = Array.from(timestamps, (time, i) => [time, values[i]!]);
        expect(joined).toEqual([...model].toSorted(([a], [b]) => a - b));
      }),
      { numRuns: 100 },
    );
  });

  it('says that it cannot read what is damaged, of another format, or no block at all', async () => {
    const builder = new BlockBuilder();
    builder.add({ labels, kind: 'gauge', samples: samples(START, [1, 2, 3]) });
    const { data } = await builder.finish();
    const flipped = Buffer.from(data);
    flipped[Math.floor(flipped.length / 2)]! ^= 0xff;
    await expect(read(flipped)).rejects.toThrow(BlockUnreadableError);
    await expect(read(zstdCompressSync(Buffer.from([99])))).rejects.toThrow(BlockUnreadableError);
    await expect(read(Buffer.from('no block'))).rejects.toThrow(BlockUnreadableError);
  });
});
