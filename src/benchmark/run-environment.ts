import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { Injectable } from '@nestjs/common';
import { CacheService } from '../cache/cache.service';
import { availableMemory } from '../common/available-memory';
import { doneWithin } from '../common/deadline';
import { SERVICE_VERSION } from '../common/service-version';
import { PoolRegistry } from '../pools/pool-registry';
import { Pools } from '../pools/pools.service';

/** Where a run happened: without it its figures cannot be compared with others. No secret is in it. */
export interface RunEnvironment {
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: {
    readonly os: string;
    readonly architecture: string;
    readonly processor: string;
    /** Processors that this process may use. */
    readonly cores: number;
    readonly memoryBytes: number;
    /** What this process may use of it. */
    readonly memoryLimitBytes: number;
    /** Work that waited for a processor when the run began, of the last minute. */
    readonly load1m: number;
  };
  /** Options of Node. */
  readonly nodeOptions: readonly string[];
  /** Limits in force, such as `pool.postgres.max`. */
  readonly configuration: Readonly<Record<string, number | string | boolean>>;
}

const ASK_TIMEOUT_MS = 1_000;

/** Finds out where a run happens. */
@Injectable()
export class EnvironmentReader {
  constructor(
    private readonly pools: Pools,
    private readonly registry: PoolRegistry,
    private readonly caches: CacheService,
  ) {}

  async read(): Promise<RunEnvironment> {
    const versions = await this.versions();
    return {
      versions,
      machine: {
        os: `${type()} ${release()}`,
        architecture: process.arch,
        processor: cpus()[0]?.model ?? '',
        cores: availableParallelism(),
        memoryBytes: totalmem(),
        memoryLimitBytes: availableMemory(),
        load1m: loadavg()[0]!,
      },
      nodeOptions: process.execArgv,
      configuration: this.configuration(),
    };
  }

  private async versions(): Promise<Record<string, string>> {
    const { postgres, redis } = this.pools;
    const found: Record<string, string> = { service: SERVICE_VERSION, node: process.versions.node };
    const ask = async (name: string, state: string, question: () => Promise<string | undefined>) => {
      if (state === 'not_configured') return;
      // A server that does not tell is no reason not to run.
      const version = await question().catch(() => undefined);
      if (version !== undefined) found[name] = version;
    };
    const asked = Promise.all([
      ask('postgres', postgres.state, async () => {
        const { rows } = await postgres.query<{ version: string }>(
          `SELECT current_setting('server_version') AS version`,
          [],
          { timeoutMs: ASK_TIMEOUT_MS },
        );
        return rows[0]?.version;
      }),
      ask('redis', redis.state, async () => /redis_version:(\S+)/.exec(await redis.client.info('server'))?.[1]),
    ]);
    await doneWithin(asked, ASK_TIMEOUT_MS);
    return { ...found };
  }

  private configuration(): RunEnvironment['configuration'] {
    const { memory, redis } = this.caches.counts();
    const pools = this.registry.all().filter(({ state }) => state !== 'not_configured');
    return {
      ...Object.fromEntries(
        pools.flatMap((pool) => {
          const { min, max, maxWaiting } = pool.counts();
          return Object.entries({ min, max, maxWaiting }).map(([name, value]) => [`pool.${pool.name}.${name}`, value]);
        }),
      ),
      'cache.memory.enabled': memory.enabled,
      'cache.memory.limitBytes': memory.limitBytes,
      'cache.redis': redis !== undefined,
    };
  }
}
