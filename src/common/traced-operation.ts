import type { TracingChannel } from 'node:diagnostics_channel';

/** What a traced operation adds to its context when it ends; Node adds `result` or `error`. */
export interface TracedOperation {
  /** How it ended; `failed` where it rejected. Undefined until then. */
  outcome?: string;
  /** How long it took, in ms. Undefined until it has ended. */
  durationMs?: number;
}

/**
 * Runs an asynchronous operation and publishes it on a tracing channel, as `tracePromise` of Node does: `start` and `end`
 * around its synchronous part, then `asyncStart` and `asyncEnd`, before them `error` where it rejects. Outcome and duration
 * are in the context from `asyncStart` and `error` on. Call it only if the channel `hasSubscribers`: then an operation that
 * is not observed costs nothing, not even the context.
 */
export function traceOperation<C extends TracedOperation & object, T>(
  channel: TracingChannel<unknown, C>,
  context: C,
  run: () => Promise<T>,
  outcomeOf: (result: T) => NonNullable<C['outcome']>,
): Promise<T> {
  const started = performance.now();
  const observed = async (): Promise<T> => {
    try {
      const result = await run();
      context.outcome = outcomeOf(result);
      return result;
    } catch (error) {
      context.outcome = 'failed';
      throw error;
    } finally {
      context.durationMs = performance.now() - started;
    }
  };
  return channel.tracePromise(observed, context);
}
