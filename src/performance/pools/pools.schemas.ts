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
    wait: latency,
    use: latency,
    connect: latency,
    endpoints: z.array(poolEndpoint),
  })
  .meta({ id: 'Pool' });
export type PoolResponse = z.infer<typeof poolResponse>;
