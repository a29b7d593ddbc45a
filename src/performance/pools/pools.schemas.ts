import { z } from 'zod';
import { BREAKER_STATES, CLOSE_REASONS, POOL_STATES, REJECT_REASONS } from '../../pools';

const MAX_CONNECTIONS = 10_000;

export const poolParams = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_-]{0,63}$/)
    .meta({ description: 'name of the pool', example: 'postgres' }),
});
export type PoolParams = z.infer<typeof poolParams>;

export const poolLimitsBody = z
  .strictObject({
    min: z.int().nonnegative().max(MAX_CONNECTIONS).optional().meta({ description: 'connections kept open' }),
    max: z.int().positive().max(MAX_CONNECTIONS).optional().meta({ description: 'connections at most' }),
  })
  .refine(({ min, max }) => min !== undefined || max !== undefined, { message: 'send min, max or both' })
  .meta({ id: 'PoolLimits', example: { min: 2, max: 20 } });
export type PoolLimitsBody = z.infer<typeof poolLimitsBody>;

const count = z.int().nonnegative();
const ms = z.number().nonnegative();

const latency = z
  .object({ count, meanMs: ms, p50Ms: ms, p95Ms: ms, p99Ms: ms, maxMs: ms })
  .meta({ id: 'LatencySummary' });

const health = {
  state: z.enum(POOL_STATES),
  since: z.iso.datetime().meta({ description: 'when this state began' }),
  lastError: z.object({ message: z.string(), at: z.iso.datetime() }).nullable(),
};
const breaker = z.enum(BREAKER_STATES);

const poolEndpoint = z
  .object({
    name: z.string(),
    ...health,
    breaker,
    refusedRoutes: z
      .array(z.string())
      .meta({ description: 'route groups of HTTP of which most requests are refused, since they keep failing' }),
    inUse: count,
    requests: count,
    errors: count,
    ewmaMs: ms.nullable().meta({ description: 'moving average of the response time, where a balancer needs one' }),
  })
  .meta({ id: 'PoolEndpoint' });
export type PoolEndpointResponse = z.infer<typeof poolEndpoint>;

export const poolResponse = z
  .object({
    name: z.string(),
    kind: z.enum(['postgres', 'redis', 'http', 'qdrant']),
    instance: z.string().meta({ description: 'the copy whose figures these are' }),
    ...health,
    breaker,
    min: count,
    max: count,
    limitsChanged: z
      .boolean()
      .meta({ description: 'min and max were set over HTTP; DELETE …/limits brings back the configured ones' }),
    maxWaiting: count,
    inUse: count,
    idle: count,
    connecting: count,
    waiting: count,
    created: count,
    closed: z.record(z.enum(CLOSE_REASONS), count),
    acquired: count,
    released: count,
    timeouts: count,
    aborted: count,
    rejected: z.record(z.enum(REJECT_REASONS), count),
    errors: count,
    retries: count,
    leaks: count,
    returnedLate: count,
    listenGaps: count,
    wait: latency,
    use: latency,
    connect: latency,
    endpoints: z.array(poolEndpoint),
  })
  .meta({ id: 'Pool' });
export type PoolResponse = z.infer<typeof poolResponse>;

const SORTED_BY = ['totalMs', 'calls', 'rows', 'errors', 'meanMs', 'p95Ms', 'p99Ms', 'maxMs'] as const;

export const statementsQuery = z.strictObject({
  sort: z.enum(SORTED_BY).default('totalMs').meta({ description: 'the figure by which the largest is first' }),
  limit: z.coerce.number().int().min(1).max(10_000).default(50).meta({ description: 'statements at most' }),
});
export type StatementsQuery = z.infer<typeof statementsQuery>;

const statement = z
  .object({
    text: z.string().meta({ description: 'without values: constants and parameters are ?' }),
    calls: count,
    rows: count.meta({ description: 'returned or changed, by all calls together' }),
    errors: count.meta({ description: 'calls that failed' }),
    totalMs: ms.meta({ description: 'from sending until the server was ready for the next, of all calls' }),
    meanMs: ms,
    p95Ms: ms,
    p99Ms: ms,
    maxMs: ms,
  })
  .meta({ id: 'Statement' });

export const statementsResponse = z
  .object({
    pool: z.string(),
    instance: z.string().meta({ description: 'the copy whose figures these are' }),
    since: z.iso.datetime().meta({ description: 'since when they are counted' }),
    known: count.meta({ description: 'statements there are figures of' }),
    max: count.meta({ description: 'statements that have figures at most; those that ran longest ago make room' }),
    forgottenCalls: count.meta({ description: 'calls of statements that had to make room' }),
    statements: z.array(statement),
  })
  .meta({ id: 'Statements' });
export type StatementsResponse = z.infer<typeof statementsResponse>;
