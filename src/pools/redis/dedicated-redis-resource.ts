import type { Clock } from '../../common/clock';
import type { LeaseResource } from '../lease-pool.options';
import type { DedicatedRedisClient } from './dedicated-redis-client';
import { RedisConnectionLostError, RedisUnavailableError } from './redis.errors';
import type { RedisClientOptions } from './redis-access';
import { redisPackage } from './redis-package';

/** How the pool opens, checks, cleans and closes connections it lends. */
export class DedicatedRedisResource implements LeaseResource<DedicatedRedisClient> {
  constructor(
    private readonly url: string,
    private readonly options: RedisClientOptions,
    private readonly commandTimeoutMs: number,
    private readonly clock: Clock,
  ) {}

  async open(signal: AbortSignal, lost: (error: unknown) => void): Promise<DedicatedRedisClient> {
    const { DedicatedRedisClient: Client } = redisPackage();
    const client = new Client(this.url, this.options, this.commandTimeoutMs, this.clock);
    let lastError: unknown;
    client.on('error', (error) => (lastError = error));
    const giveUp = () => client.abandon(signal.reason as Error);
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      await client.connect();
    } catch (error) {
      client.abandon(new RedisConnectionLostError());
      throw new RedisUnavailableError(lastError ?? error, client.pool.limits);
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
    client.once('end', () => lost(lastError ?? new RedisConnectionLostError()));
    return client;
  }

  close(client: DedicatedRedisClient): void {
    client.abandon(new RedisConnectionLostError());
  }

  async validate(client: DedicatedRedisClient): Promise<void> {
    await client.ping();
  }

  clean(client: DedicatedRedisClient): boolean | Promise<boolean> {
    return client.clean();
  }
}
