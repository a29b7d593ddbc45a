import * as fc from 'fast-check';
import { Labels } from '../../series/labels';
import { sortByLabels } from './label-order';
import type { QueryRun } from './query-run';

const run = { due: () => true, rest: () => Promise.resolve() } as unknown as QueryRun;

describe('series in the order of their labels', () => {
  const all = Array.from({ length: 3_000 }, (_, i) =>
    Labels.from({ __name__: `m${(i * 7) % 11}`, id: String((i * 7_919) % 3_000), ...(i % 3 === 0 && { A: 'x' }) }),
  );

  it('are the same whatever was sorted together before, also two sorts at a time', async () => {
    const part = fc.record({ from: fc.nat(2_999), count: fc.integer({ min: 0, max: 3_000 }), step: fc.nat(2_998) });
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 4 }), async (parts) => {
        const asked = parts.map(({ from, count, step }) => {
          const picked = new Set(Array.from({ length: count }, (_, i) => all[(from + i * (step + 1)) % all.length]!));
          return [...picked].map((labels) => ({ labels }));
        });
        const answers = await Promise.all(asked.map((series) => sortByLabels(run, series)));
        answers.forEach((sorted, i) => {
          expect(sorted).toEqual(asked[i]!.toSorted((a, b) => a.labels.compare(b.labels)));
        });
      }),
      { numRuns: 30 },
    );
  }, 30_000);
});
