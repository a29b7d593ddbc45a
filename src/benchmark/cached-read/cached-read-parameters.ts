import { z } from 'zod';

const whole = (min: number, max: number) => z.int().min(min).max(max);

/** The defaults are the promise of the README; smaller ones are for a quick look. */
export const cachedReadParameters = z.strictObject({
  rows: whole(100, 100_000).default(10_000).describe('rows of the table, about 500 B each'),
  reads: whole(100, 500_000).default(50_000).describe('reads of each of the two phases'),
  concurrency: whole(1, 64).default(16).describe('reads under way at any time'),
  cacheEntries: whole(10, 100_000).default(2_000).describe('entries the cache may hold'),
  zipfExponent: z.number().min(0).max(3).default(1.1).describe('how uneven the popularity of the rows is'),
  seed: whole(0, 2_147_483_647).default(1).describe('the same seed reads the same rows in the same order'),
});

export type CachedReadParameters = z.infer<typeof cachedReadParameters>;
