import { Redis, type RedisOptions } from 'ioredis';
import { RedisDatabaseRefusedError } from './redis.errors';

/**
 * An ioredis connection that is used in the database its URL names or not at all: ioredis itself goes on in database 0
 * when SELECT fails. Such a connection never becomes ready; it is closed, and made again as after any other failure.
 */
export class RedisClient extends Redis {
  /** The last connection that was given up because its database was refused. */
  private refusedStream: unknown;

  constructor(url: string, options: RedisOptions) {
    super(url, options);
    this.watchSelect();
  }

  /** Called by ioredis when a connection cannot be used at all, for instance for a wrong password. */
  override recoverFromFatalError(...args: Parameters<Redis['recoverFromFatalError']>): void {
    if (this.stream === this.refusedStream) return; // what fails now fails for a reason already told
    this.onFatalError(args[1]);
    super.recoverFromFatalError(...args);
  }

  /** For whoever keeps commands outside of ioredis: they cannot be sent, because of `error`. */
  protected onFatalError(_error: Error): void {}

  /**
   * ioredis selects by itself, not always looking at the outcome; nothing else of the handshake is sent before that
   * outcome is here.
   */
  private watchSelect(): void {
    const select = this.select.bind(this) as (...args: unknown[]) => Promise<'OK'>;
    const watched = (...args: unknown[]) => {
      const { stream } = this;
      const handshake = this.status === 'connect';
      const outcome = select(...args).catch((error: unknown) => {
        throw handshake && this.stream === stream ? this.refuseDatabase(error) : error;
      });
      outcome.catch(() => undefined); // whoever asked is told; nobody need have
      return outcome;
    };
    this.select = watched as Redis['select'];
  }

  /** A connection that is lost, or not let in at all, fails for that reason instead. */
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
