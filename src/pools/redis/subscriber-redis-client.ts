import type { Command, Redis, RedisOptions } from 'ioredis';
import { Deadline } from '../../common/deadline';
import { RedisClient } from './redis-client';
import { RedisTimeoutError } from './redis.errors';

type Stream = NonNullable<Parameters<Redis['sendCommand']>[1]>;

/**
 * The connection in subscriber mode. Subscriptions are restored after every reconnect. One that is made while Redis is
 * down rejects after `commandTimeoutMs`, but takes effect when Redis is back (subscribing twice does no harm).
 */
export class SubscriberRedisClient extends RedisClient {
  constructor(
    url: string,
    options: RedisOptions,
    private readonly commandTimeoutMs: number,
  ) {
    // socketTimeout: a peer that vanished without a word is noticed by the pool's regular PING.
    // oxlint-disable-next-line unicorn/no-null -- ioredis's word for "no limit"
    super(url, { ...options, lazyConnect: true, maxRetriesPerRequest: null, socketTimeout: commandTimeoutMs });
  }

  override sendCommand(command: Command, stream?: Stream): unknown {
    const tooLate = () =>
      command.reject(new RedisTimeoutError(command.name, this.commandTimeoutMs, 'waiting for the answer'));
    const deadline = new Deadline(this.commandTimeoutMs, tooLate);
    command.promise.finally(() => deadline.clear()).catch(() => undefined);
    return super.sendCommand(command, stream);
  }

  terminate(): void {
    this.disconnect();
    this.stream?.destroy();
  }
}
