import { z } from 'zod';

/** `parameters` are checked by the scenario, which may be one of the application. */
export const benchmarkBody = z
  .strictObject({
    scenario: z.string().max(63).meta({ description: 'one of GET /performance/benchmark/scenarios' }),
    parameters: z
      .record(z.string(), z.unknown())
      .default({})
      .meta({ description: 'as that describes them; what is left out has a default' }),
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

const runId = z.string().regex(/^[0-9a-f]{8}$/, 'expected 8 hex digits');
export const benchmarkParams = z.strictObject({ id: runId });
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
    p999Ms: milliseconds.optional(),
    p9999Ms: milliseconds.optional(),
  }),
  details: z.record(z.string(), z.union([z.number(), z.string()])),
});

const estimate = z.object({ value: z.number(), low: z.number(), high: z.number() });

const ratioOrNone = z.number().nonnegative().nullable();
const verdict = z.enum(['better', 'worse', 'unchanged', 'undecided']);

export const compareQuery = z.strictObject({ a: runId, b: runId });
export type CompareQuery = z.infer<typeof compareQuery>;

export const comparisonResponse = z
  .object({
    a: z.string(),
    b: z.string(),
    tolerance: z.number().meta({ description: 'apart by less than this share, they are as good as each other' }),
    differences: z.array(z.string()).meta({ description: 'what is not the same in both besides the figures' }),
    phases: z.record(
      z.string(),
      z.object({
        latencyRatio: estimate.optional().meta({ description: 'mean latency of b over that of a' }),
        p99Ratio: estimate.optional(),
        throughputRatio: ratioOrNone,
        cpuRatio: ratioOrNone,
        verdict,
      }),
    ),
    verdict: verdict.meta({ description: 'the worst of the phases' }),
  })
  .meta({ id: 'BenchmarkComparison' });
export type ComparisonResponse = z.infer<typeof comparisonResponse>;

const neighbours = z.object({ requests: z.int().nonnegative(), p99Ms: milliseconds });
const interim = z.object({
  operations: z.int().nonnegative(),
  perSecond: z.number().nonnegative(),
  p50Ms: milliseconds,
  p99Ms: milliseconds,
  errorShare: ratio,
});
const environment = z.object({
  versions: z.record(z.string(), z.string()),
  machine: z.object({
    os: z.string(),
    architecture: z.string(),
    processor: z.string(),
    cores: z.int().positive(),
    memoryBytes: z.number().nonnegative(),
    memoryLimitBytes: z.number().nonnegative(),
    load1m: z.number().nonnegative(),
  }),
  nodeOptions: z.array(z.string()).readonly(),
  configuration: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
});

export const benchmarkRunResponse = z
  .object({
    id: z.string(),
    instance: z.string().meta({ description: 'the copy that runs it' }),
    scenario: z.string(),
    parameters: z.record(z.string(), z.unknown()),
    state: z.enum(['running', 'completed', 'failed', 'cancelled']),
    startedAt: z.iso.datetime(),
    durationMs: milliseconds,
    progress: z.object({ phase: z.string(), ratio }),
    revision: z.int().nonnegative().meta({ description: 'the id of the latest event' }),
    interim: interim.optional().meta({ description: 'what was measured so far of the phase that is under way' }),
    environment: environment.optional(),
    neighbours: z
      .object({ before: neighbours, during: neighbours })
      .optional()
      .meta({ description: 'requests of others to this copy, in the moment before the load and during it' }),
    baseline: z.boolean().meta({ description: 'whether later runs of the scenario are compared with it' }),
    sinceBaseline: comparisonResponse.optional().meta({ description: 'beside the baseline that did the same' }),
    results: z.record(z.string(), result).optional(),
    phases: z.record(z.string(), phase).optional(),
    invalid: z.string().optional().meta({ description: 'why the figures do not count; absent where they do' }),
    estimates: z
      .record(z.string(), z.union([estimate, z.number(), z.null()]))
      .optional()
      .meta({ description: 'what follows from the phases, with the interval of 95 % where there is one' }),
    verdict: z.string().optional(),
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

export const exportQuery = z.strictObject({
  format: z.enum(['csv', 'markdown', 'hgrm']).default('markdown'),
  phase: z.string().max(100).optional().meta({ description: 'of hgrm: whose latencies; default: the first phase' }),
});
export type ExportQuery = z.infer<typeof exportQuery>;

export const scenarioListResponse = z
  .object({
    scenarios: z.array(
      z.object({
        name: z.string(),
        description: z.string(),
        parameters: z.record(z.string(), z.unknown()).meta({ description: 'a JSON schema (draft 2020-12)' }),
        runnable: z.boolean(),
        missing: z.array(z.string()).meta({ description: 'the pools it works with that are not configured' }),
        remedy: z.string().optional().meta({ description: 'what to set so that it can run' }),
      }),
    ),
  })
  .meta({ id: 'BenchmarkScenarios' });
export type ScenarioListResponse = z.infer<typeof scenarioListResponse>;
