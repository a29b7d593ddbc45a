import type { Command, Redis } from 'ioredis';
import type { Clock } from '../../common/clock';
import { CommandDeadlines } from './command-deadlines';
import { ConnectionProgress } from './connection-progress';
import { SENT_ONCE } from './connect.options';
import { blockingTimeMs, type ConnectionEffect, effectOf, foldName } from './command-effects';
import { RedisClient } from './redis-client';
import { RedisCommandRefusedError, RedisConnectionLostError, RedisTimeoutError } from './redis.errors';
import type { RedisClientOptions } from './redis-access';

type Stream = NonNullable<Parameters<Redis['sendCommand']>[1]>;

/**
 * A connection for one borrower, which may use blocking commands, WATCH and MULTI on it. It never reconnects. Each
 * command has `commandTimeoutMs`, and a blocking one the time it asked to block in addition; when a command takes longer,
 * the connection is closed.
 */
export class DedicatedRedisClient extends RedisClient {
  private readonly deadlines: CommandDeadlines;
  private readonly progress = new ConnectionProgress();
  private mustClose = false;
  private watching = false;
  private inTransaction = false;

  constructor(
    url: string,
    options: RedisClientOptions,
    private readonly commandTimeoutMs: number,
    clock: Clock,
  ) {
    super(url, {
      ...options,
      ...SENT_ONCE,
      // oxlint-disable-next-line unicorn/no-null -- ioredis's word for "do not reconnect"
      retryStrategy: () => null,
    });
    this.deadlines = new CommandDeadlines(clock, commandTimeoutMs, (nowMs) => this.sweep(nowMs));
    this.on('connect', () =>
      this.stream.prependOnceListener('close', () => this.abandon(new RedisConnectionLostError())),
    );
  }

  override sendCommand(command: Command, stream?: Stream): unknown {
    foldName(command);
    const effect = effectOf(command.name, command.args);
    if (effect === 'takes over') return this.refuse(command, stream);
    this.deadlines.start(command, effect === 'blocks' ? blockingTimeMs(command.name, command.args) : 0);
    if (this.status === 'ready' && effect !== 'none') this.trackState(effect, command.name);
    return super.sendCommand(command, stream);
  }

  /** Ends WATCH and MULTI of the last borrower; false when the connection has to be closed instead. */
  clean(): boolean | Promise<boolean> {
    if (this.status !== 'ready' || this.mustClose || this.commandQueue.length > 0) return false;
    if (this.inTransaction) return this.discard().then(() => true);
    return this.watching ? this.unwatch().then(() => true) : true;
  }

  /** Closes the connection now; what has no answer yet is rejected with `error`. */
  abandon(error: Error): void {
    this.deadlines.close();
    const lost = this.commandQueue.toArray();
    this.commandQueue.clear();
    for (const { command } of lost) command.reject(error);
    this.disconnect();
    this.stream?.destroy();
  }

  /** A refused command of a pipeline costs the connection: ioredis writes a pipeline as a whole or not at all. */
  private refuse(command: Command, stream: Stream | undefined): Promise<unknown> {
    const error = new RedisCommandRefusedError(command.name);
    command.reject(error);
    if (stream !== undefined) this.abandon(error);
    return command.promise;
  }

  private trackState(effect: ConnectionEffect, name: string): void {
    if (effect === 'alters' || effect === 'subscribes') this.mustClose = true;
    else if (effect === 'watches') this.watching = name === 'watch';
    else if (effect !== 'transaction') return;
    else if (name === 'multi') this.inTransaction = true;
    else if (this.inTransaction) this.inTransaction = this.watching = false;
  }

  private sweep(nowMs: number): boolean {
    this.progress.note(this.stream, nowMs);
    for (let index = 0; index < this.commandQueue.length; index++) {
      const command = this.commandQueue.peekAt(index)!.command;
      if (!this.deadlines.isUnanswered(command, nowMs, this.progress)) continue;
      this.abandon(new RedisTimeoutError(command.name, this.commandTimeoutMs, 'waiting for the answer'));
      return false;
    }
    return this.commandQueue.length > 0;
  }
}
