import { type TracingChannel, tracingChannel } from 'node:diagnostics_channel';

/**
 * `query`: one statement to PostgreSQL. `command`: one command to Redis. `request`: one HTTP request, retries included.
 * `call`: one operation of Qdrant's API. `acquire`: a wait for a connection; there is none where one was free.
 */
export type PoolOperationKind = 'query' | 'command' | 'request' | 'call' | 'acquire';

/** One operation of a pool from its start to its end: the context of its events. */
export class PoolOperation {
  /** How long it took (ms); undefined until it has ended. */
  durationMs: number | undefined;
  /** What it was rejected with; Node sets it before the event `error`. */
  error: unknown;

  constructor(
    readonly pool: string,
    readonly kind: PoolOperationKind,
    /**
     * What is done, without values that may be secret: the text of the statement, the name of the command or of the
     * operation, the method and the origin or upstream of a request; undefined for `acquire`.
     */
    readonly operation: string | undefined,
  ) {}

  /**
   * The code of `error`: that of our errors, an SQLSTATE, the first word of Redis's answer or a code of Node; else the
   * error's name. Undefined until the operation has failed.
   */
  get errorCode(): string | undefined {
    return this.error === undefined ? undefined : codeOf(this.error);
  }
}

type OperationChannel = TracingChannel<unknown, PoolOperation>;

const operations = (kind: PoolOperationKind): OperationChannel => tracingChannel(`performance-gateway:pools:${kind}`);

// Each is five channels of `node:diagnostics_channel`: `start`, `end`, `asyncStart`, `asyncEnd` and `error`.
export const poolQueries = operations('query');
export const poolCommands = operations('command');
export const poolRequests = operations('request');
export const poolCalls = operations('call');
export const poolAcquires = operations('acquire');

/**
 * Runs an operation and publishes its start and end as `tracePromise` of Node does. To be called only where the channel
 * `hasSubscribers`, so that an operation without a subscriber costs that one question.
 */
export function traceOperation<T>(
  channel: OperationChannel,
  operation: PoolOperation,
  run: () => Promise<T>,
): Promise<T> {
  const startedMs = performance.now();
  const timed = () =>
    run().finally(() => {
      operation.durationMs = performance.now() - startedMs;
    });
  return channel.tracePromise(timed, operation);
}

/** The same for an operation that ends with a call of `callback`: `run` is to pass on the one that it is given. */
export function traceCallback<E, R>(
  channel: OperationChannel,
  operation: PoolOperation,
  callback: (error: E, result: R) => void,
  run: (traced: (error: E, result: R) => void) => void,
): void {
  const { promise, resolve, reject } = Promise.withResolvers<R>();
  traceOperation(channel, operation, () => promise).catch(() => undefined); // the callback gets the error
  try {
    run((error, result) => {
      if (error) reject(error);
      else resolve(result);
      callback(error, result);
    });
  } catch (error) {
    reject(error);
    throw error;
  }
}

function codeOf(error: unknown): string {
  const { code, name, message } = error as { code?: unknown; name?: unknown; message?: unknown };
  if (typeof code === 'string') return code;
  if (name === 'ReplyError' && typeof message === 'string') return message.split(' ', 1)[0]!;
  return typeof name === 'string' ? name : typeof error;
}
