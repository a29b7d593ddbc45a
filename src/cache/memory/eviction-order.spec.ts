import * as fc from 'fast-check';
import { EvictionOrder } from './eviction-order';

interface Entry {
  readonly key: number;
  readonly bytes: number;
  used: boolean;
  turns: number;
}

/** The same order, told by two lists of objects (the oldest first), where every use counts. */
class ListedOrder {
  window: Entry[] = [];
  main: Entry[] = [];

  constructor(public windowShare: number) {}

  add(key: number, bytes: number, returning: boolean): void {
    const entry = { key, bytes, used: false, turns: 0 };
    (returning && this.windowShare < 1 ? this.main : this.window).push(entry);
  }

  use(key: number): void {
    const entry = [...this.window, ...this.main].find((one) => one.key === key)!;
    if (this.windowShare === 1 && this.window.includes(entry)) {
      this.remove(key);
      this.window.push(entry);
    }
    entry.used = true;
  }

  remove(key: number): void {
    this.window = this.window.filter((entry) => entry.key !== key);
    this.main = this.main.filter((entry) => entry.key !== key);
  }

  victim(by: 'size' | 'bytes'): number {
    const much = (entries: Entry[]) =>
      by === 'size' ? entries.length : entries.reduce((sum, { bytes }) => sum + bytes, 0);
    for (;;) {
      const { window, main, windowShare } = this;
      const full = window.length > 1 && much(window) > windowShare * (much(window) + much(main));
      if (full || main.length === 0) {
        const oldest = window[0]!;
        if (!oldest.used || windowShare === 1) return oldest.key;
        oldest.used = false;
        main.push(window.shift()!);
      } else {
        const oldest = main[0]!;
        if (!oldest.used && oldest.turns === 0) return oldest.key;
        oldest.turns = oldest.used ? Math.min(7, oldest.turns + 2) : oldest.turns - 1;
        oldest.used = false;
        main.push(main.shift()!);
      }
    }
  }
}

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('add'), bytes: fc.integer({ min: 1, max: 50 }), returning: fc.boolean() }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('use'), pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove'), pick: fc.nat() }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('evict'), by: fc.constantFrom('size' as const, 'bytes' as const) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('window'), share: fc.constantFrom(0.01, 0.15, 0.3, 1) }) },
);

describe('EvictionOrder', () => {
  it('evicts what two plain lists would evict', () => {
    fc.assert(
      fc.property(fc.constantFrom(0.01, 0.15, 0.3, 1), fc.array(step, { maxLength: 150 }), (share, steps) => {
        const order = new EvictionOrder(1);
        order.windowShare = share;
        const model = new ListedOrder(share);
        const held: number[] = [];
        const removeBoth = (slot: number) => {
          order.remove(slot);
          model.remove(slot);
          held.splice(held.indexOf(slot), 1);
        };
        for (const [slot, one] of (steps as StepFields[]).entries()) {
          const picked = held[(one.pick ?? 0) % held.length]!;
          order.grow(slot + 1);
          if (one.kind === 'add' && held.length < 40) {
            order.add(slot, one.bytes!, one.returning!);
            model.add(slot, one.bytes!, one.returning!);
            held.push(slot);
          } else if (one.kind === 'window') {
            order.windowShare = model.windowShare = one.share!;
          } else if (held.length > 0 && one.kind === 'use') {
            order.use(picked);
            model.use(picked);
          } else if (held.length > 0 && one.kind === 'remove') {
            removeBoth(picked);
          } else if (held.length > 0 && one.kind === 'evict') {
            const victim = order.victim(one.by!);
            expect(victim).toBe(model.victim(one.by!));
            removeBoth(victim);
          }
          expect([order.window.size, order.main.size]).toEqual([model.window.length, model.main.length]);
        }
        while (held.length > 0) removeBoth(order.victim('size'));
        expect([order.size, order.window.bytes, order.main.bytes]).toEqual([0, 0, 0]);
      }),
      { numRuns: 500 },
    );
  });

  it('gives no eviction more than 64 entries to look at', () => {
    const order = new EvictionOrder(1_025);
    order.windowShare = 0.01;
    for (let slot = 0; slot < 1_000; slot++) order.add(slot, 1, true);
    for (let slot = 1_000; slot < 1_025; slot++) order.add(slot, 1, true); // from now on uses count
    let used = 0;
    for (let slot = 0; slot < 1_000; slot++) used += Number(order.use(slot));
    expect(used).toBe(1_000);
    expect(order.victim('size')).toBe(64);
  });
});

interface StepFields {
  readonly kind: string;
  readonly pick?: number;
  readonly bytes?: number;
  readonly returning?: boolean;
  readonly by?: 'size' | 'bytes';
  readonly share?: number;
}
