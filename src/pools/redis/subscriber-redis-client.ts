import type { Command, Redis } from 'ioredis';
import { Deadline } from '../../common/deadline';
import { effectOf, foldName } from './command-effects';
import { PoolOwnedRedisClient } from './pool-owned-redis-client';
import { RedisCommandRefusedError, RedisTimeoutError } from './redis.errors';
import type { RedisClientOptions } from './redis-access';

type Stream = NonNullable<Parameters<Redis['sendCommand']>[1]>;

/**
 * The connection in subscriber mode, which all subscribers share: it takes what subscribes, and PING. Subscriptions are
 * restored after every reconnect. One that is made while Redis is down rejects after `commandTimeoutMs`, but takes
 * effect when Redis is back (subscribing twice does no harm).
 */
export class SubscriberRedisClient extends PoolOwnedRedisClient {
  constructor(
    url: string,
    options: RedisClientOptions,
    private readonly commandTimeoutMs: number,
  ) {
    // socketTimeout: a peer that vanished without a word is noticed by the pool's regular PING.
    // oxlint-disable-next-line unicorn/no-null -- ioredis's word for "no limit"
    super(url, { ...options, lazyConnect: true, maxRetriesPerRequest: null, socketTimeout: commandTimeoutMs });
  }

  override sendCommand(command: Command, stream?: Stream): unknown {
    foldName(command);
    if (!this.isAllowed(command)) {
      command.reject(new RedisCommandRefusedError(command.name, ONLY_SUBSCRIPTIONS));
      return command.promise;
    }
    const tooLate = () =>
      command.reject(new RedisTimeoutError(command.name, this.commandTimeoutMs, 'waiting for the answer'));
    const deadline = new Deadline(this.commandTimeoutMs, tooLate);
    command.promise.finally(() => deadline.clear()).catch(() => undefined);
    return super.sendCommand(command, stream);
  }

  terminate(): void {
    this.endForGood();
  }

  private isAllowed(command: Command): boolean {
    if (command.name === 'ping' || effectOf(command.name, command.args) === 'subscribes') return true;
    return this.isHandshake(command) || this.isPreparation(command);
  }
}

const ONLY_SUBSCRIPTIONS =
  'cannot go over the connection for subscriptions, which all subscribers share: call it on pools.redis.client, or on a ' +
  'connection of your own with pools.redis.use((connection) => …)';
