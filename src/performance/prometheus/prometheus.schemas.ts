import { z } from 'zod';

// These schemas only describe. Values are checked by the rules of the Prometheus API, so that a wrong time is answered in
// its error format. Unknown parameters are ignored, because clients of Prometheus send some.
const parameter = (description: string, example?: string) =>
  z
    .union([z.string(), z.array(z.string())])
    .optional()
    .meta({ description, ...(example !== undefined && { example }) });

const query = parameter(
  'PromQL of Prometheus 2.42',
  'sum by (http_route) (rate(http_server_request_duration_seconds_count[5m]))',
);
const start = parameter('begin, Unix seconds or RFC 3339', '1700000000');
const end = parameter('end, included', '1700003600');
const timeout = parameter('how long the query may take, a duration such as 30s', '30s');
const instance = parameter('the copy whose samples are asked; by default the one that answers');
const limit = parameter('at most so many series, names or values; more are left out with a warning', '100');
const stats = parameter('accepted and ignored', 'all');

export const queryParameters = z.object({
  query,
  time: parameter('when, Unix seconds or RFC 3339; now by default', '1700000000'),
  timeout,
  limit,
  stats,
  instance,
});

export const rangeParameters = z.object({
  query,
  start,
  end,
  step: parameter('seconds or a duration', '15'),
  timeout,
  limit,
  stats,
  instance,
});

export const catalogueParameters = z.object({
  'match[]': parameter('a selector; may come several times', 'http_server_request_duration_seconds_count'),
  start,
  end,
  limit,
  instance,
});

export const metadataParameters = z.object({
  metric: parameter('only this metric', 'http_server_request_duration_seconds'),
  limit: parameter('at most so many metrics', '100'),
  instance,
});

export const exemplarParameters = z.object({ query, start, end });
export const textParameters = z.object({ query });
export const federateParameters = z.object({
  'match[]': parameter('a selector; may come several times', '{__name__=~"process_.*"}'),
  instance,
});
export const tsdbParameters = z.object({
  limit: parameter('of each list the first so many, 10 by default', '10'),
  instance,
});
export const targetMetadataParameters = z.object({
  match_target: parameter('only targets with these labels'),
  metric: parameter('only this metric', 'http_server_request_duration_seconds'),
  limit: parameter('at most so many metrics', '100'),
  instance,
});
export const targetParameters = z.object({ state: parameter('active, dropped or any', 'active') });
export const ruleParameters = z.object({ type: parameter('alert or record', 'alert') });
export const labelParameters = z.strictObject({
  name: z.string().meta({ description: 'a label', example: 'http_route' }),
});
export type LabelParameters = z.infer<typeof labelParameters>;

/** Every parameter of every route, as the HTTP server hands them over. */
export type PrometheusParameters = Partial<
  z.infer<typeof queryParameters> &
    z.infer<typeof rangeParameters> &
    z.infer<typeof catalogueParameters> &
    z.infer<typeof metadataParameters> &
    z.infer<typeof targetParameters> &
    z.infer<typeof targetMetadataParameters> &
    z.infer<typeof ruleParameters>
>;

/** The envelope of every answer. */
// `warnings`: what a reader should know, such as that the answer is not whole.
const success = <T extends z.ZodType>(data: T) =>
  z.strictObject({ status: z.literal('success'), data, warnings: z.array(z.string()).optional() });

const labels = z.record(z.string(), z.string());
const sample = z.tuple([z.number(), z.string()]).meta({ description: 'Unix seconds and the value as text' });

export const queryResponse = success(
  z.strictObject({
    resultType: z.enum(['vector', 'matrix', 'scalar', 'string']),
    result: z.union([
      z.array(z.strictObject({ metric: labels, value: sample })),
      z.array(z.strictObject({ metric: labels, values: z.array(sample) })),
      sample,
    ]),
  }),
).meta({ id: 'PrometheusResult' });

const exemplarsOfSeries = z.strictObject({
  seriesLabels: labels,
  exemplars: z.array(z.strictObject({ labels, value: z.string(), timestamp: z.number() })),
});
export type ExemplarsOfSeries = z.infer<typeof exemplarsOfSeries>;
export const exemplarsResponse = success(z.array(exemplarsOfSeries)).meta({ id: 'PrometheusExemplars' });

export const seriesResponse = success(z.array(labels)).meta({ id: 'PrometheusSeries' });
export const namesResponse = success(z.array(z.string())).meta({ id: 'PrometheusNames' });
export const metadataResponse = success(
  z.record(z.string(), z.array(z.strictObject({ type: z.string(), help: z.string(), unit: z.string() }))),
).meta({ id: 'PrometheusMetadata' });

const alert = z.strictObject({
  labels,
  annotations: labels,
  state: z.enum(['pending', 'firing']),
  activeAt: z.iso.datetime(),
  keepFiringSince: z.iso.datetime().optional(),
  value: z.string(),
});
const evaluated = { evaluationTime: z.number(), lastEvaluation: z.iso.datetime() };
const rule = z.strictObject({
  type: z.enum(['alerting', 'recording']),
  name: z.string(),
  query: z.string(),
  labels,
  health: z.enum(['ok', 'err', 'unknown']),
  lastError: z.string().optional(),
  state: z.enum(['inactive', 'pending', 'firing']).optional(),
  duration: z.number().optional(),
  keepFiringFor: z.number().optional(),
  annotations: labels.optional(),
  alerts: z.array(alert).optional(),
  ...evaluated,
});

export const alertsResponse = success(z.strictObject({ alerts: z.array(alert) })).meta({ id: 'PrometheusAlerts' });
export const rulesResponse = success(
  z.strictObject({
    groups: z.array(
      z.strictObject({
        name: z.string(),
        file: z.string(),
        interval: z.number(),
        limit: z.number().int(),
        rules: z.array(rule),
        ...evaluated,
      }),
    ),
  }),
).meta({ id: 'PrometheusRules' });
export type AlertView = z.infer<typeof alert>;
export type RuleView = z.infer<typeof rule>;
export type RulesResponse = z.infer<typeof rulesResponse>;

export const targetsResponse = success(
  z.strictObject({
    activeTargets: z.array(
      z.strictObject({
        discoveredLabels: labels,
        labels,
        scrapePool: z.string(),
        scrapeUrl: z.string(),
        globalUrl: z.string(),
        lastError: z.string(),
        lastScrape: z.iso.datetime(),
        lastScrapeDuration: z.number(),
        health: z.enum(['unknown', 'up', 'down']),
        scrapeInterval: z.string(),
        scrapeTimeout: z.string(),
      }),
    ),
    droppedTargets: z.array(z.never()),
  }),
).meta({ id: 'PrometheusTargets' });
export type TargetsResponse = z.infer<typeof targetsResponse>;

export const buildInfoResponse = success(
  z.strictObject({
    version: z.string().meta({ description: 'the Prometheus this API and PromQL are those of' }),
    revision: z.string(),
    branch: z.string(),
    buildUser: z.string(),
    buildDate: z.string(),
    goVersion: z.string(),
    application: z.string(),
    applicationVersion: z.string(),
    nodeVersion: z.string(),
  }),
).meta({ id: 'PrometheusBuildInfo' });

export const formatResponse = success(z.string()).meta({ id: 'PrometheusFormattedQuery' });
export const treeResponse = success(z.record(z.string(), z.unknown())).meta({ id: 'PrometheusQueryTree' });

export const configResponse = success(z.strictObject({ yaml: z.string() })).meta({ id: 'PrometheusConfig' });
export const flagsResponse = success(labels).meta({ id: 'PrometheusFlags' });
export const runtimeInfoResponse = success(
  z.strictObject({
    startTime: z.iso.datetime(),
    CWD: z.string(),
    reloadConfigSuccess: z.boolean(),
    lastConfigTime: z.iso.datetime(),
    corruptionCount: z.number(),
    goroutineCount: z.number(),
    GOMAXPROCS: z.number(),
    GOGC: z.string(),
    GODEBUG: z.string(),
    storageRetention: z.string(),
  }),
).meta({ id: 'PrometheusRuntimeInfo' });

const counts = z.array(z.strictObject({ name: z.string(), value: z.number() }));
export const tsdbResponse = success(
  z.strictObject({
    headStats: z.strictObject({
      numSeries: z.number(),
      numLabelPairs: z.number(),
      chunkCount: z.number(),
      minTime: z.number(),
      maxTime: z.number(),
    }),
    seriesCountByMetricName: counts,
    labelValueCountByLabelName: counts,
    memoryInBytesByLabelName: counts,
    seriesCountByLabelValuePair: counts,
  }),
).meta({ id: 'PrometheusTsdb' });
export const targetMetadataResponse = success(
  z.array(z.strictObject({ target: labels, metric: z.string(), type: z.string(), help: z.string(), unit: z.string() })),
).meta({ id: 'PrometheusTargetMetadata' });

export interface Success<T> {
  readonly status: 'success';
  readonly data: T;
}
export const succeeded = <T>(data: T): Success<T> => ({ status: 'success', data });
