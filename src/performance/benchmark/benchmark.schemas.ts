import { z } from 'zod';
import { cachedReadParameters } from '../../benchmark';

/** A further scenario turns this into a union of such objects, told apart by `scenario`. */
export const benchmarkBody = z
  .strictObject({
    scenario: z.enum(['cached-read']),
    parameters: cachedReadParameters.prefault({}),
  })
  .meta({ id: 'BenchmarkRequest', example: { scenario: 'cached-read', parameters: { rows: 1_000, reads: 5_000 } } });
export type BenchmarkBody = z.infer<typeof benchmarkBody>;

export const benchmarkQuery = z.strictObject({
  wait: z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: 'true: answer when the run is over, or after 60 s as far as it is' }),
});
export type BenchmarkQuery = z.infer<typeof benchmarkQuery>;

export const benchmarkParams = z.strictObject({ id: z.string().regex(/^[0-9a-f]{8}$/, 'expected 8 hex digits') });
export type BenchmarkParams = z.infer<typeof benchmarkParams>;

const milliseconds = z.number().nonnegative();
const ratio = z.number().min(0).max(1);
const result = z.object({ actual: z.number(), target: z.number(), met: z.boolean() });
const phase = z.object({
  operations: z.int().nonnegative(),
  durationMs: milliseconds,
  perSecond: z.number().nonnegative(),
  latency: z.object({
    count: z.int().nonnegative(),
    meanMs: milliseconds,
    p50Ms: milliseconds,
    p95Ms: milliseconds,
    p99Ms: milliseconds,
    maxMs: milliseconds,
  }),
  details: z.record(z.string(), z.union([z.number(), z.string()])),
});

export const benchmarkRunResponse = z
  .object({
    id: z.string(),
    instance: z.string().meta({ description: 'the copy that runs it' }),
    scenario: z.string(),
    parameters: z.record(z.string(), z.union([z.number(), z.string()])),
    state: z.enum(['running', 'completed', 'failed', 'cancelled']),
    startedAt: z.iso.datetime(),
    durationMs: milliseconds,
    progress: z.object({ phase: z.string(), ratio }),
    results: z.record(z.string(), result).optional(),
    phases: z.record(z.string(), phase).optional(),
    error: z.object({ code: z.string(), detail: z.string() }).optional(),
  })
  .meta({ id: 'BenchmarkRun' });
export type BenchmarkRunResponse = z.infer<typeof benchmarkRunResponse>;

export const benchmarkListResponse = z
  .object({
    scenarios: z.array(z.object({ name: z.string(), description: z.string() })),
    runs: z.array(benchmarkRunResponse),
  })
  .meta({ id: 'BenchmarkList' });
export type BenchmarkListResponse = z.infer<typeof benchmarkListResponse>;
