import { checked, COUNT } from '../options/option-checks';

const CONCURRENCY = 8;

/** One run of a warmer: what the warmer is given, with the progress that statistics show. */
export class WarmUp {
  done = 0;
  failed = 0;
  total = 0;
  /** The error of the first item that failed. */
  firstFailure: unknown;

  constructor(
    /** Aborted when the application stops. */
    readonly signal: AbortSignal,
  ) {}

  /** Works through `items`, at most `concurrency` at a time; an item that fails is counted, and the others go on. The log has the first error. */
  async forEach<T>(items: Iterable<T>, work: (item: T) => Promise<unknown>, concurrency = CONCURRENCY): Promise<void> {
    checked('the concurrency of a warm-up', concurrency, COUNT);
    const all = [...items];
    this.total += all.length;
    const queue = all.values();
    await Promise.all(Array.from({ length: Math.min(concurrency, all.length) }, () => this.worker(queue, work)));
  }

  private async worker<T>(queue: Iterable<T>, work: (item: T) => Promise<unknown>): Promise<void> {
    for (const item of queue) {
      if (this.signal.aborted) return;
      try {
        await work(item);
        this.done++;
      } catch (error) {
        if (this.failed++ === 0) this.firstFailure = error;
      }
    }
  }
}
