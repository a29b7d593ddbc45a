import { Deadline } from '../../../common/deadline';
import { PromqlBusyError, PromqlTimeoutError } from '../promql.errors';

/** Lets so many queries run at once; the next ones wait in line until one ends or their own time is over. */
export class QuerySlots {
  private readonly waiting = new Set<() => void>();
  private running = 0;

  constructor(
    private readonly maxConcurrent: number,
    private readonly maxWaiting: number,
  ) {}

  /** Waits for a slot. @throws PromqlTimeoutError after `timeoutMs`, PromqlBusyError when the line is full */
  async take(timeoutMs: number): Promise<void> {
    if (this.running < this.maxConcurrent) {
      this.running++;
      return;
    }
    if (this.waiting.size >= this.maxWaiting) throw new PromqlBusyError('concurrent_queries', this.maxConcurrent);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const deadline = new Deadline(timeoutMs, () => {
      this.waiting.delete(resolve);
      reject(new PromqlTimeoutError(timeoutMs, 'query queue'));
    }).unref();
    this.waiting.add(resolve);
    await promise.finally(() => deadline.clear());
  }

  /** Gives a slot back; the query that has waited longest gets it. */
  release(): void {
    const [next] = this.waiting;
    if (!next) {
      this.running--;
      return;
    }
    this.waiting.delete(next);
    next();
  }

  get stats(): { readonly running: number; readonly waiting: number } {
    return { running: this.running, waiting: this.waiting.size };
  }
}
