import { Redis } from 'ioredis';
import type { Credentials } from '../credentials.options';
import { type PoolIdentity, REDIS_POOL } from '../pools-option';
import { isRefusal, openWith, type RedisAccess, type RedisClientOptions } from './redis-access';
import { RedisDatabaseRefusedError } from './redis.errors';

/**
 * An ioredis connection that is only used in the database its URL names; ioredis itself goes on in database 0 when
 * SELECT fails. Where SELECT fails this connection is closed instead, and opened again as after any other failure.
 */
export class RedisClient extends Redis {
  /** The socket of the last connection that was closed because its database was refused. */
  private refusedStream: unknown;

  private readonly access: RedisAccess | undefined;
  /** Whose connection it is. */
  readonly pool: PoolIdentity;
  private usedCredentials: Credentials | undefined;

  constructor(url: string, { access, ...options }: RedisClientOptions) {
    super(url, options);
    this.access = access;
    this.pool = access?.pool ?? REDIS_POOL;
    if (access !== undefined) openWith(this, access, (used) => (this.usedCredentials = used));
    this.watchSelect();
  }

  /** Called by ioredis when a connection cannot be used at all, for instance for a wrong password. */
  override recoverFromFatalError(...args: Parameters<Redis['recoverFromFatalError']>): void {
    if (this.stream === this.refusedStream) return; // its reason has been reported
    // Kept credentials that were refused are fetched anew for the next connect, for which the callers wait.
    const mayWorkAnew = isRefusal(args[1]) && this.access?.credentials?.mayRenew(this.usedCredentials) === true;
    if (!mayWorkAnew) this.onFatalError(args[1]);
    super.recoverFromFatalError(...args);
  }

  /** To be overridden by classes that queue commands themselves: because of `error` these cannot be sent. */
  protected onFatalError(_error: Error): void {}

  /**
   * ioredis sends SELECT by itself and sometimes ignores the answer. Nothing else of the handshake is sent before that
   * answer has come. A lease is an object made from this one, so `this` of a call may be either.
   */
  private watchSelect(): void {
    const { select } = this;
    this.select = function (this: RedisClient, ...args: unknown[]) {
      const { stream } = this;
      const handshake = this.status === 'connect';
      const outcome = (select as (...args: unknown[]) => Promise<'OK'>).apply(this, args).catch((error: unknown) => {
        throw handshake && this.stream === stream ? this.refuseDatabase(error) : error;
      });
      outcome.catch(() => undefined); // a caller gets the rejection; ioredis ignores it
      return outcome;
    } as Redis['select'];
  }

  /** The error for a refused database; a lost connection or a missing password keeps its own error. */
  private refuseDatabase(error: unknown): unknown {
    const answered = error instanceof Error && error.name === 'ReplyError' && !error.message.startsWith('NOAUTH');
    if (!answered || !this.stream.writable) return error;
    const refused = new RedisDatabaseRefusedError(this.options.db ?? 0, error);
    this.recoverFromFatalError(refused, refused, {});
    this.refusedStream = this.stream;
    this.stream.destroy();
    return refused;
  }
}
