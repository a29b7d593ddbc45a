import { Labels } from '../../series/labels';
import { ColumnSlabs } from './column-slabs';

const STEPS = 61;

describe('ColumnSlabs', () => {
  it('cuts ten thousand columns from few buffers, each with memory of its own', () => {
    const slabs = new ColumnSlabs();
    const columns = Array.from({ length: 10_000 }, (_, at) => {
      const column = slabs.take(Labels.EMPTY, STEPS);
      column.values.fill(at);
      column.present[at % STEPS] = 1;
      return column;
    });
    expect(new Set(columns.map(({ values }) => values.buffer)).size).toBeLessThan(100);
    for (const [at, { values, present }] of columns.entries()) {
      expect(values.length + present.length).toBe(2 * STEPS);
      expect(values.every((value) => value === at)).toBe(true);
      expect(present.indexOf(1)).toBe(at % STEPS);
      expect(present.lastIndexOf(1)).toBe(at % STEPS);
    }
  });

  it('takes little for a small query, and what is needed for a long column', () => {
    const slabs = new ColumnSlabs();
    expect(slabs.take(Labels.EMPTY, 1).values.buffer.byteLength).toBeLessThan(4_096);
    expect(slabs.take(Labels.EMPTY, 100_000).values.length).toBe(100_000);
    expect(slabs.take(Labels.EMPTY, 0).values.length).toBe(0);
  });

  it('uses what is given back again, if nothing was taken since', () => {
    const slabs = new ColumnSlabs();
    const first = slabs.take(Labels.EMPTY, STEPS);
    const second = slabs.take(Labels.EMPTY, STEPS);
    slabs.giveBack(second);
    expect(slabs.take(Labels.EMPTY, STEPS).values.byteOffset).toBe(second.values.byteOffset);
    slabs.giveBack(first);
    expect(slabs.take(Labels.EMPTY, STEPS).values.byteOffset).toBeGreaterThan(second.values.byteOffset);
  });
});
