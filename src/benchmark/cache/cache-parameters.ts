import { z } from 'zod';
import { turnsShape, whole } from '../bounds';

export const CACHE_CASES = ['hit', 'redis-hit', 'miss', 'set', 'stampede'] as const;

const distinct = <T>(values: readonly T[]): boolean => new Set(values).size === values.length;

export const cacheParameters = z.strictObject({
  cases: z
    .array(z.enum(CACHE_CASES))
    .min(1)
    .max(CACHE_CASES.length)
    .refine(distinct, 'expected each case once')
    .default(['hit', 'miss', 'set', 'stampede'])
    .describe(
      'hit: memory has it; redis-hit: only Redis has it; miss: it is loaded; set; stampede: many ask for what nobody has',
    ),
  valueBytes: z
    .array(whole(100, 100_000))
    .min(1)
    .max(4)
    .refine(distinct, 'expected each size once')
    .default([100, 10_000])
    .describe('sizes of the values; each case is measured with each'),
  ...turnsShape,
  durationSeconds: z.number().min(0.5).max(10).default(2).describe('measured, of each case with each size'),
  warmUpSeconds: z.number().min(0).max(2).default(0.5).describe('before, of each; not counted'),
  redis: z.boolean().default(false).describe('whether miss, set and stampede go to Redis as well'),
  keys: whole(1, 10_000)
    .default(1_000)
    .describe('different keys of hit, redis-hit and set, as many of them as hold 16 MB'),
  stampedeCallers: whole(2, 1_000).default(100).describe('who ask for one key at the same time'),
  loadMs: whole(0, 1_000).default(5).describe('how long a load of stampede takes'),
});

export type CacheParameters = z.infer<typeof cacheParameters>;
export type CacheCase = (typeof CACHE_CASES)[number];
