import { z } from 'zod';
import { alertResponse } from '../alerts/alerts.schemas';

export const dashboardAssetParams = z.strictObject({ file: z.string().regex(/^[\w-]{1,100}\.(js|css)$/) });
export type DashboardAssetParams = z.infer<typeof dashboardAssetParams>;

/** What the links of alerts say; the tab the dashboard has no use for. */
export const graphQuery = z.strictObject({
  'g0.expr': z.string().max(20_000).optional(),
  'g0.tab': z.string().max(10).optional(),
});
export type GraphQuery = z.infer<typeof graphQuery>;

export const rootResponse = z
  .object({
    name: z.string(),
    links: z.object({
      dashboard: z.string(),
      overview: z.string(),
      metrics: z.string(),
      prometheus: z.string(),
      docs: z.string().optional(),
      openapi: z.string().optional(),
      live: z.string(),
      ready: z.string(),
    }),
  })
  .meta({ id: 'EntryPoints', description: 'The addresses worth knowing' });
export type RootResponse = z.infer<typeof rootResponse>;

const dependencyState = z.enum(['up', 'degraded', 'down', 'not_configured']);

const check = z
  .object({ status: dependencyState, message: z.string().optional() })
  .meta({ id: 'Check', description: 'One part of the service, as last seen' });
export type Check = z.infer<typeof check>;

const overallStatus = z.enum(['ok', 'degraded']);

export const healthResponse = z
  .object({
    status: overallStatus,
    instance: z.string().meta({ description: 'the copy that answers' }),
    uptimeSeconds: z.number().nonnegative(),
    checks: z
      .object({
        cache: check,
        postgres: check,
        redis: check,
        http: check,
        qdrant: check,
        monitoring: check,
        copies: check,
        notifications: check.meta({ description: 'whether alerts reach those who are to be told' }),
        security: check.meta({ description: 'whether tokens can be read and checked' }),
      })
      .catchall(check)
      .meta({ description: 'each part, and each pool with a name of its own as pool:NAME' }),
  })
  .meta({ id: 'Health' });
export type HealthResponse = z.infer<typeof healthResponse>;

const count = z.int().nonnegative();

const poolRow = z.object({
  name: z.string(),
  state: dependencyState,
  inUse: count,
  idle: count,
  waiting: count,
  max: count,
  waitP95Ms: z.number().nonnegative(),
  useP95Ms: z.number().nonnegative(),
  timeouts: count,
  errors: count,
});
export type PoolRow = z.infer<typeof poolRow>;

const cacheRow = z.object({
  namespace: z.string(),
  tier: z.enum(['memory', 'redis']),
  hits: count,
  misses: count,
  hitRate: z.number().min(0).max(1),
  entries: count.nullable(),
  bytes: count.nullable(),
  loadP95Ms: z.number().nonnegative().nullable(),
});
export type CacheRow = z.infer<typeof cacheRow>;

export const dashboardResponse = healthResponse
  .extend({ pools: z.array(poolRow), cache: z.array(cacheRow), alerts: z.array(alertResponse) })
  .meta({ id: 'Dashboard' });
export type DashboardResponse = z.infer<typeof dashboardResponse>;

export const overviewResponse = z
  .object({
    name: z.string(),
    version: z.string().meta({ description: 'of performance-gateway' }),
    instance: z.string().meta({ description: 'the copy that answers' }),
    status: overallStatus,
    uptimeSeconds: z.number().nonnegative(),
    cache: z.object({ hitRate: z.number().min(0).max(1), entries: count, bytes: count, limitBytes: count }),
    pools: z.array(z.object({ name: z.string(), state: dependencyState, inUse: count, max: count, waiting: count })),
    monitoring: z.object({ series: count, samples: count, bytes: count, oldestSample: z.iso.datetime().nullable() }),
    firingAlerts: count,
    links: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Overview' });
export type OverviewResponse = z.infer<typeof overviewResponse>;
