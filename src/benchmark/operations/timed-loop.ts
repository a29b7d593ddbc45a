import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { FineHistogram } from '../load/fine-histogram';

/** How long operations may run that never leave the microtask queue, before everything else of the process gets its turn. */
const TURN_MS = 5;
/** Kinds of failures that are told apart; further ones count as `other`. */
const MAX_KINDS = 20;

/** What operations came to, added up over all times that they were measured. */
export class OperationTally {
  readonly latency = new FineHistogram();
  readonly failures: Record<string, number> = {};
  operations = 0;
  failed = 0;
  durationMs = 0;

  record(durationMs: number): void {
    this.operations++;
    this.latency.record(durationMs);
  }

  recordFailure(durationMs: number, error: unknown): void {
    this.record(durationMs);
    this.failed++;
    const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
    const kind = typeof code === 'string' ? code : String(name);
    const known = Object.hasOwn(this.failures, kind) || Object.keys(this.failures).length < MAX_KINDS;
    const key = known ? kind : 'other';
    this.failures[key] = (this.failures[key] ?? 0) + 1;
  }

  add(other: OperationTally): void {
    this.operations += other.operations;
    this.failed += other.failed;
    this.durationMs += other.durationMs;
    this.latency.merge(other.latency);
    for (const [kind, count] of Object.entries(other.failures))
      this.failures[kind] = (this.failures[kind] ?? 0) + count;
  }

  get failedShare(): number {
    return this.operations === 0 ? 0 : this.failed / this.operations;
  }
}

/** The n-th operation, from 0 on over all callers; it goes wrong by rejecting. */
export type Operation = (n: number) => Promise<unknown>;

/**
 * So many callers for so long, each of which waits for its answer before it asks again; on the thread of the service,
 * where cache and pools live (docs/decisions/benchmark-on-the-service-thread.md). Failures are counted and do not end it.
 * Resolves when the last answer is there. @throws the reason of the signal
 */
export async function timedLoop(
  operation: Operation,
  options: {
    readonly callers: number;
    readonly durationMs: number;
    readonly signal: AbortSignal;
    readonly from?: number;
  },
): Promise<OperationTally> {
  const { callers, durationMs, signal } = options;
  const tally = new OperationTally();
  const startMs = performance.now();
  const endMs = startMs + durationMs;
  let next = options.from ?? 0;
  let turnMs = startMs;
  const caller = async () => {
    for (let nowMs = performance.now(); nowMs < endMs && !signal.aborted; nowMs = performance.now()) {
      if (nowMs - turnMs > TURN_MS) {
        await nextTurn();
        turnMs = performance.now();
        continue;
      }
      try {
        await operation(next++);
        tally.record(performance.now() - nowMs);
      } catch (error) {
        tally.recordFailure(performance.now() - nowMs, error);
      }
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  signal.throwIfAborted();
  tally.durationMs = performance.now() - startMs;
  return tally;
}
