import type { Command, Redis } from 'ioredis';
import { LeaseReleasedError } from '../pools.errors';
import { poolCommands } from '../pool-tracing';
import type { DedicatedRedisClient } from './dedicated-redis-client';
import { traceCommand } from './trace-command';

/** A connection for one borrower until it is released: `await using lease = await pools.redis.acquire()`. */
export class RedisLease {
  /** For blocking commands, WATCH and MULTI; rejects with `LeaseReleasedError` once the lease is over. */
  readonly client: Redis;
  private released = false;

  constructor(
    private readonly pool: string,
    private readonly connection: DedicatedRedisClient,
    private readonly giveBack: (failure: unknown) => void,
  ) {
    this.client = this.guard(connection);
  }

  /** Ends the lease; with `failure` the connection is closed. @throws LeaseReleasedError when it was over already */
  release(failure?: unknown): void {
    if (this.released) throw new LeaseReleasedError(this.pool, 'a second release');
    this.released = true;
    this.giveBack(failure);
  }

  /** The outcome of `work`. When `signal` fires first, the connection is closed, so that blocking commands reject. */
  async during<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    if (signal === undefined) return await work();
    const stop = () => {
      this.connection.abandon(signal.reason as Error);
      if (!this.released) this.release(signal.reason);
    };
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await work();
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.released) this.release();
  }

  /** The connection for this lease only: used after the release, it cannot disturb the next borrower. */
  private guard(connection: DedicatedRedisClient): Redis {
    const sendCommand = (command: Command, stream?: Parameters<Redis['sendCommand']>[1]) => {
      if (!this.released) {
        if (!poolCommands.hasSubscribers) return connection.sendCommand(command, stream);
        return traceCommand(this.pool, command, stream, () => connection.sendCommand(command, stream));
      }
      command.reject(new LeaseReleasedError(this.pool, `the command "${command.name}"`));
      return command.promise;
    };
    const disconnect = (reconnect?: boolean) => {
      if (!this.released) connection.disconnect(reconnect);
    };
    return Object.create(connection, {
      sendCommand: { value: sendCommand },
      disconnect: { value: disconnect },
    }) as Redis;
  }
}
