import { join } from 'node:path';
import { inSmallProcess } from '../support/small-process';
import { FILLS_THAT_PASS, FILLS_THAT_STAY } from './memory/fills';
import { memoryOnly } from './memory/memory-only';

const folder = join(__dirname, 'memory');

const counted = (name: string) =>
  inSmallProcess<{ ratio: number; entries: number }>(join(folder, 'count-bytes.ts'), name);

jest.setTimeout(150_000);

describe('the memory tier', () => {
  it.each(Object.entries(FILLS_THAT_STAY))('counts its bytes to within 15 %% of the heap: %s', async (name, fill) => {
    const { ratio, entries } = await counted(name);
    expect(entries).toBe(fill.entries);
    expect(ratio).toBeGreaterThan(0.85);
    expect(ratio).toBeLessThan(1.15);
  });

  it.each(Object.entries(FILLS_THAT_PASS))(
    'counts small objects to within 15 %% of the heap after many have come and gone: %s',
    async (name, fill) => {
      const { ratio, entries } = await counted(name);
      expect(entries).toBeLessThan(fill.entries / 2);
      expect(ratio).toBeGreaterThan(0.85);
      expect(ratio).toBeLessThan(1.15);
    },
  );

  it('leaves to Redis what would take more than a tenth of it', async () => {
    const cache = memoryOnly(1);
    await cache.set('large', 'x'.repeat(200_000));
    expect(cache.stats().namespaces[0]!.memory).toMatchObject({ entries: 0, tooLarge: 1 });
  });

  // Ten times what the rows clear-200k-hold-ms and purge-slice-ms of the benchmark allow, or less.
  it('clears and purges 200,000 entries without holding the loop', async () => {
    const holds = await inSmallProcess<Record<string, number>>(join(folder, 'removals.ts'));
    expect(holds.clear).toBeLessThan(25);
    expect(holds.purge).toBeLessThan(25);
    expect(holds.tag).toBeLessThan(25);
    expect(holds.prefix).toBeLessThan(50);
  });
});
