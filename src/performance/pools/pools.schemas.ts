import { z } from 'zod';
import type { EndpointStats, PoolHealth, PoolStats } from '../../pools/pool';
import { CLOSE_REASONS, REJECT_REASONS } from '../../pools/pool-counters';

const MAX_CONNECTIONS = 100_000;

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
  .meta({ id: 'PoolLimits' });
export type PoolLimitsBody = z.infer<typeof poolLimitsBody>;

const count = z.int().nonnegative();
const ms = z.number().nonnegative();

const latency = z
  .object({ count, meanMs: ms, p50Ms: ms, p95Ms: ms, p99Ms: ms, maxMs: ms })
  .meta({ id: 'LatencySummary' });

const health = {
  state: z.enum(['up', 'degraded', 'down', 'not_configured']),
  since: z.iso.datetime().meta({ description: 'when this state began' }),
  lastError: z.object({ message: z.string(), at: z.iso.datetime() }).nullable(),
};
const breaker = z.enum(['closed', 'open', 'half-open']);

const poolEndpoint = z
  .object({
    name: z.string(),
    ...health,
    breaker,
    inUse: count,
    requests: count,
    errors: count,
    ewmaMs: ms.nullable().meta({ description: 'moving average of the response time, where a balancer needs one' }),
  })
  .meta({ id: 'PoolEndpoint' });

export const poolResponse = z
  .object({
    name: z.string(),
    kind: z.enum(['postgres', 'redis', 'http', 'qdrant']),
    ...health,
    breaker,
    min: count,
    max: count,
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

/** A pool's figures as they go over the wire. */
export function poolView({ health: poolHealth, endpoints, ...stats }: PoolStats): PoolResponse {
  const { name, kind, min, max, inUse, idle, waiting } = stats;
  // What a reader looks for stands first.
  const first = { name, kind, ...healthView(poolHealth), min, max, inUse, idle, waiting };
  return { ...first, ...stats, endpoints: endpoints.map(endpointView) };
}

function endpointView({ health: endpointHealth, ewmaMs, ...stats }: EndpointStats): z.infer<typeof poolEndpoint> {
  return { ...stats, ...healthView(endpointHealth), ewmaMs: ewmaMs ?? null };
}

const healthView = ({ state, sinceMs, lastError }: PoolHealth) => ({
  state,
  since: new Date(sinceMs).toISOString(),
  lastError:
    lastError === undefined ? null : { message: lastError.message, at: new Date(lastError.atMs).toISOString() },
});
