import * as fc from 'fast-check';
import { SAMPLE_EVERY } from '../hot/hot-keys';
import { adopt } from '../values/cacheable-value';
import { MemoryTier } from './memory-tier';

const LIFE = { expiresAt: 1_000, staleUntil: 1_000, refreshAt: 1_000 };
const KEYS = ['a', 'b', 'c', 'd', 'e'];
const TAGS = ['red', 'green', 'blue'];

const step = fc.oneof(
  fc.record({ kind: fc.constant('put'), key: fc.constantFrom(...KEYS), tags: fc.subarray(TAGS) }),
  fc.record({ kind: fc.constant('delete'), key: fc.constantFrom(...KEYS) }),
  fc.record({ kind: fc.constant('tag'), tag: fc.constantFrom(...TAGS) }),
  fc.record({ kind: fc.constant('prefix'), key: fc.constantFrom(...KEYS) }),
  fc.record({ kind: fc.constant('clear') }),
);

const segment = (maxEntries = Number.POSITIVE_INFINITY) => {
  const tier = new MemoryTier(1_048_576, () => undefined);
  return { tier, segment: tier.segment('test', maxEntries) };
};

describe('MemorySegment', () => {
  it('holds what a plain Map of values with tags would hold, and counts as many bytes', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { tier, segment: memory } = segment();
        const model = new Map<string, readonly string[]>();
        for (const [n, { kind, key = '', tag = '', tags = [] }] of (steps as StepFields[]).entries()) {
          const hit = [...model].filter(([name, its]) => {
            if (kind === 'tag') return its.includes(tag);
            return kind === 'clear' || (kind !== 'put' && name === key);
          });
          for (const [name] of hit) model.delete(name);
          if (kind === 'put') model.set(key, tags);
          expect(act(memory, kind, key, tag, tags, n)).toBe(kind === 'put' ? 1 : hit.length);
          expect(KEYS.filter((name) => memory.find(name, 0) >= 0)).toEqual(KEYS.filter((name) => model.has(name)));
          for (const [name, its] of model) expect(memory.tagsOf(memory.find(name, 0))).toEqual(its);
        }
        for (const name of KEYS) memory.delete(name, 'invalidated');
        expect([memory.table.size, memory.bytes, tier.bytes]).toEqual([0, 0, 0]);
      }),
      { numRuns: 300 },
    );
  });

  it('answers with nothing that was invalidated, however far its removal has come', () => {
    const keys = ['a', 'ab', 'abc', 'b', 'ba'];
    const key = fc.constantFrom(...keys);
    const changeOrStep = fc.oneof(
      fc.record({ kind: fc.constant('put'), key, tags: fc.subarray(TAGS) }),
      fc.record({ kind: fc.constantFrom('delete', 'prefix', 'prefix', 'step', 'step', 'clear'), key }),
      fc.record({ kind: fc.constant('tag'), key, tag: fc.constantFrom(...TAGS) }),
    );
    fc.assert(
      fc.property(fc.array(changeOrStep, { maxLength: 80 }), (steps) => {
        const { tier, segment: memory } = segment();
        const model = new Map<string, readonly string[]>();
        const underWay: Iterator<boolean, void>[] = [];
        const forget = (which: (name: string, tags: readonly string[]) => boolean) => {
          for (const [name, its] of model) if (which(name, its)) model.delete(name);
        };
        for (const [n, { kind, key: name = '', tag = '', tags = [] }] of (steps as StepFields[]).entries()) {
          if (kind === 'put') {
            memory.put(name, adopt(n, true), LIFE, tags, 0);
            model.set(name, tags);
          } else if (kind === 'delete') {
            expect(memory.delete(name, 'invalidated')).toBe(model.delete(name));
          } else if (kind === 'prefix') {
            underWay.push(memory.deleteByPrefix(name));
            forget((one) => one.startsWith(name));
          } else if (kind === 'tag') {
            underWay.push(memory.deleteByTag(tag) ?? [].values());
            forget((_, its) => its.includes(tag));
          } else if (kind === 'clear') {
            memory.clear();
            model.clear();
          } else if (underWay[0]?.next().done === true) underWay.shift();
          expect(keys.filter((one) => memory.hitSync(one, 0) !== undefined)).toEqual(
            keys.filter((one) => model.has(one)),
          );
          expect(keys.filter((one) => memory.find(one, 0) >= 0)).toEqual(keys.filter((one) => model.has(one)));
        }
        for (const removal of underWay) while (removal.next().done !== true);
        expect(memory.table.size).toBe(model.size);
        memory.clear();
        expect(tier.bytes).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it('stops removing the entries of a tag when everything was cleared meanwhile', () => {
    const { segment: memory } = segment();
    for (const key of KEYS) memory.put(key, adopt(1, true), LIFE, ['red'], 0);
    const removal = memory.deleteByTag('red')!;
    removal.next();
    memory.clear();
    memory.put('new', adopt(2, true), LIFE, ['red'], 0);
    expect([...removal]).toEqual([]);
    expect(memory.hitSync('new', 0)).toBe(2);
  });

  it('leaves alone what was stored in the place of an entry deleted by its prefix', () => {
    const { segment: memory } = segment();
    for (const key of KEYS) memory.put(key, adopt(1, true), LIFE, ['red'], 0);
    const removal = memory.deleteByPrefix('');
    expect(memory.hitSync('a', 0)).toBeUndefined();
    memory.put('a', adopt(2, true), LIFE, ['red'], 0);
    memory.delete('b', 'invalidated');
    expect([...removal]).toEqual([false, false, true, true, true]);
    expect(memory.hitSync('a', 0)).toBe(2);
    expect(memory.table.size).toBe(1);
  });

  it('samples all keys alike, also where hits come in turns', () => {
    const seen = new Map<string, number>();
    const tier = new MemoryTier(1_048_576, (_, key) => seen.set(key, (seen.get(key) ?? 0) + 1));
    const memory = tier.segment('test', 100);
    const keys = Array.from({ length: 16 }, (_, n) => `key:${n}`);
    for (const key of keys) memory.put(key, { ...adopt(1, true), copies: key === 'key:0' }, LIFE, [], 0);
    const hits = SAMPLE_EVERY * 16 * 200;
    for (let n = 0; n < hits; n++) memory.hitSync(keys[n % 16]!, 0);
    const counts = keys.map((key) => seen.get(key) ?? 0);
    expect(Math.min(...counts)).toBeGreaterThan(100);
    expect(Math.max(...counts)).toBeLessThan(300);
  });

  it('keeps the most recently used of more than it may hold', () => {
    const { segment: memory } = segment(2);
    memory.put('a', adopt(1, true), LIFE, [], 0);
    memory.put('b', adopt(2, true), LIFE, [], 0);
    memory.hitSync('a', 0);
    memory.put('c', adopt(3, true), LIFE, [], 0);
    expect(['a', 'b', 'c'].map((key) => memory.hitSync(key, 0))).toEqual([1, undefined, 3]);
    expect(memory.counts.removals.capacity).toBe(1);
  });
});

interface StepFields {
  readonly kind: string;
  readonly key?: string;
  readonly tag?: string;
  readonly tags?: readonly string[];
}

/** Does one step and answers how many entries it removed or put. */
function act(
  memory: ReturnType<typeof segment>['segment'],
  kind: string,
  key: string,
  tag: string,
  tags: readonly string[],
  value: number,
): number {
  if (kind === 'put') return Number(memory.put(key, adopt(value, true), LIFE, tags, 0));
  if (kind === 'delete') return Number(memory.delete(key, 'invalidated'));
  if (kind === 'prefix') return [...memory.deleteByPrefix(key)].filter(Boolean).length;
  if (kind === 'tag') return [...(memory.deleteByTag(tag) ?? [])].length;
  return memory.clear();
}
