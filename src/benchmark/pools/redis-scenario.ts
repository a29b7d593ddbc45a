import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { DirectConnections } from '../../pools/direct-connections';
import { Pools } from '../../pools/pools.service';
import { whole } from '../bounds';
import { BenchmarkScenario, type ScenarioContext, type ScenarioOutcome } from '../scenario';
import { comparisonShape, PoolComparison } from './pool-comparison';

const parameters = z.strictObject({
  ...comparisonShape,
  command: z.enum(['get', 'set']).default('get'),
  valueBytes: whole(1, 100_000).default(100).describe('of each value'),
  keys: whole(1, 10_000).default(1_000).describe('different keys; they are gone after the run'),
});
type Parameters = z.infer<typeof parameters>;

/** Keys that a killed run leaves behind end by themselves. */
const EXPIRY_SECONDS = 600;
const KEYS_AT_ONCE = 500;

/** A command to Redis over one plain connection of ioredis, or one for each, and through our pool. */
@BenchmarkScenario()
@Injectable()
export class RedisScenario implements BenchmarkScenario<Parameters> {
  readonly name = 'redis';
  readonly description = "A command to Redis through the pool, and over the driver's own connection";
  readonly parameters = parameters;
  readonly requires = ['redis'] as const;

  constructor(
    private readonly pools: Pools,
    private readonly direct: DirectConnections,
    private readonly comparison: PoolComparison,
  ) {}

  async run(given: Parameters, context: ScenarioContext): Promise<ScenarioOutcome> {
    const { against, command, valueBytes, keys } = given;
    const key = (n: number) => `benchmark:${context.runId}:${n % keys}`;
    const value = 'x'.repeat(valueBytes);
    const { client: pooled } = this.pools.redis;
    type Client = Pick<typeof pooled, 'get' | 'set'>;
    const send = (client: Client, n: number) =>
      command === 'get' ? client.get(key(n)) : client.set(key(n), value, 'EX', EXPIRY_SECONDS);
    const driver = await this.direct.redis();
    try {
      await inBatches(keys, async (n) => pooled.set(key(n), value, 'EX', EXPIRY_SECONDS), context.signal);
      const connectEach = async (n: number) => {
        const one = await this.direct.redis();
        try {
          return await send(one, n);
        } finally {
          one.disconnect();
        }
      };
      const without = against === 'driver' ? (n: number) => send(driver, n) : connectEach;
      return await this.comparison.compare({ without, through: (n) => send(pooled, n) }, given, context);
    } finally {
      driver.disconnect();
      await inBatches(keys, async (n) => pooled.unlink(key(n))).catch(() => undefined); // they expire
    }
  }
}

async function inBatches(count: number, work: (n: number) => Promise<unknown>, signal?: AbortSignal): Promise<void> {
  for (let from = 0; from < count; from += KEYS_AT_ONCE) {
    signal?.throwIfAborted();
    await Promise.all(Array.from({ length: Math.min(KEYS_AT_ONCE, count - from) }, (_, n) => work(from + n)));
  }
}
