import type { CacheService } from '../../../src/cache/cache.service';

/** What a cache is filled with to compare what it counts with what the heap grows by. */
export interface Fill {
  readonly memoryLimitMb: number;
  /** So many are put in. */
  readonly entries: number;
  readonly run: (cache: CacheService) => Promise<void>;
}

const ROOMY_MB = 512;
const TIGHT_MB = 8;
const PASSING = 120_000;
const tens = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const largeText = (n: number): string => `${n}${'x'.repeat(100_000)}`.split('').join('');

/** So many entries, all of which stay. */
function staying(count: number, make: (n: number) => unknown): Fill {
  return {
    memoryLimitMb: ROOMY_MB,
    entries: count,
    run: async (cache) => {
      for (let n = 0; n < count; n++) await cache.set(`entry:${n}`, make(n));
    },
  };
}

/** Many more small objects than there is memory for. */
function passing(options: (n: number) => object): Fill {
  return {
    memoryLimitMb: TIGHT_MB,
    entries: PASSING,
    run: async (cache) => {
      for (let n = 0; n < PASSING; n++) {
        await cache.set(`entry:${n}`, { id: n, name: `user ${n}`, active: true }, options(n));
      }
    },
  };
}

export const FILLS_THAT_STAY: Readonly<Record<string, Fill>> = {
  'small objects': staying(60_000, (n) => ({ id: n, name: `user ${n}`, active: true })),
  'long strings': staying(3_000, (n) => `${n}${'x'.repeat(10_000)}`.split('').join('')),
  'wide strings': staying(3_000, (n) => `${n}${'ж'.repeat(5_000)}`.split('').join('')),
  buffers: staying(3_000, (n) => Buffer.alloc(10_000, n)),
  'parts of large texts': staying(300, (n) => largeText(n).slice(10, 10_010)),
  'objects with parts of large texts': staying(300, (n) => ({ id: n, part: largeText(n).slice(10, 10_010) })),
  'texts put together': staying(1_000, (n) =>
    Array.from({ length: 1_000 }, (_, i) => `part ${n + i}`).reduce((a, b) => a + b),
  ),
  'objects with ids for names': staying(20_000, (n) => Object.fromEntries(tens.map((i) => [`product:${n}:${i}`, i]))),
  'lists of objects': staying(1_000, (n) =>
    Array.from({ length: 100 }, (_, id) => ({ id, weight: Math.random() + n })),
  ),
  vectors: staying(1_000, () => Array.from({ length: 1_536 }, () => Math.random())),
  maps: staying(3_000, (n) => new Map(Array.from({ length: 50 }, (_, i) => [`k${i}`, n]))),
  sets: staying(3_000, (n) => new Set(Array.from({ length: 50 }, (_, i) => n + i))),
};

export const FILLS_THAT_PASS: Readonly<Record<string, Fill>> = {
  'without tags': passing(() => ({})),
  'with three tags of many': passing((n) => ({ tags: ['all', `group:${n % 100}`, `kind:${n % 10}`] })),
  'with tags of their own': passing((n) => ({ tags: [`user:${n}`, `order:${n}`] })),
  'with time to be stale': passing(() => ({ staleMs: 60_000 })),
};
