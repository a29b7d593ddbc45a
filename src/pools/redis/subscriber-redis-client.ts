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
  /** What was told to be too late, by verb and channel: ioredis loses it now and then when the connection ends meanwhile. */
  private readonly late = new Map<string, readonly [verb: string, channel: string | Buffer]>();

  constructor(
    url: string,
    options: RedisClientOptions,
    private readonly commandTimeoutMs: number,
  ) {
    // socketTimeout: a peer that vanished without a word is noticed by the pool's regular PING.
    // oxlint-disable-next-line unicorn/no-null -- ioredis's word for "no limit"
    super(url, { ...options, lazyConnect: true, maxRetriesPerRequest: null, socketTimeout: commandTimeoutMs });
    this.on('ready', () => this.subscribeLate());
  }

  override sendCommand(command: Command, stream?: Stream): unknown {
    foldName(command);
    if (!this.isAllowed(command)) {
      command.reject(new RedisCommandRefusedError(command.name, ONLY_SUBSCRIPTIONS));
      return command.promise;
    }
    if (command.name.endsWith('unsubscribe')) this.forget(command);
    const tooLate = () => {
      if (/^[ps]?subscribe$/.test(command.name)) this.remember(command);
      command.reject(new RedisTimeoutError(command.name, this.commandTimeoutMs, 'waiting for the answer'));
    };
    const deadline = new Deadline(this.commandTimeoutMs, tooLate);
    command.promise.finally(() => deadline.clear()).catch(() => undefined);
    return super.sendCommand(command, stream);
  }

  terminate(): void {
    this.endForGood();
  }

  private remember({ name, args }: Command): void {
    for (const channel of args as (string | Buffer)[]) this.late.set(`${name} ${String(channel)}`, [name, channel]);
  }

  /** `unsubscribe` without channels is from all of them. */
  private forget({ name, args }: Command): void {
    const verb = name.replace('un', '');
    const channels = (args as (string | Buffer)[]).map((channel) => `${verb} ${String(channel)}`);
    for (const [key, [subscribed]] of this.late) {
      if (channels.length === 0 ? subscribed === verb : channels.includes(key)) this.late.delete(key);
    }
  }

  private subscribeLate(): void {
    const late = [...this.late.values()];
    this.late.clear();
    for (const [verb, channel] of late) this.call(verb, channel).catch(() => undefined);
  }

  private isAllowed(command: Command): boolean {
    if (command.name === 'ping' || effectOf(command.name, command.args) === 'subscribes') return true;
    return this.isHandshake(command) || this.isPreparation(command);
  }
}

const ONLY_SUBSCRIPTIONS =
  'cannot go over the connection for subscriptions, which all subscribers share: call it on pools.redis.client, or on a ' +
  'connection of your own with pools.redis.use((connection) => …)';
