import { z } from 'zod';
import { turnsShape, whole } from '../bounds';

const weight = (fallback: number) => z.number().min(0).max(1_000).default(fallback);

export const mixedParameters = z.strictObject({
  ...turnsShape,
  weights: z
    .strictObject({
      cache: weight(8).describe('reads through the cache; a miss reads PostgreSQL where that has a weight'),
      postgres: weight(1).describe('a row by its key'),
      redis: weight(0).describe('GET'),
      http: weight(0).describe('GET of `path` from `upstream`'),
      qdrant: weight(0).describe('the list of collections'),
    })
    .prefault({})
    .refine((weights) => Object.values(weights).some((one) => one > 0), 'expected one of them above 0')
    .describe('how often each is done beside the others'),
  rows: whole(100, 100_000).default(10_000).describe('of the table in PostgreSQL, about 500 B each'),
  zipfExponent: z.number().min(0).max(3).default(1.1).describe('how uneven the popularity of the rows is'),
  cacheEntries: whole(10, 100_000).default(2_000).describe('entries that the cache may hold'),
  upstream: z
    .string()
    .max(63)
    .regex(/^[\w.-]+$/)
    .optional()
    .describe('name of an HTTP upstream; default: the first'),
  path: z
    .string()
    .max(2_048)
    .regex(/^\/[\x21-\x7e]*$/)
    .default('/'),
  seed: whole(0, 2_147_483_647).default(1).describe('the same seed does the same in the same order'),
});

export type MixedParameters = z.infer<typeof mixedParameters>;
export type MixedKind = keyof MixedParameters['weights'];
