import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../../common/clock';
import type { LatencyHistogram } from '../../../common/latency-histogram';

/** How long (ms) a piece of work holds the event loop before it lets others run. */
const DEFAULT_SLICE_MS = 1;

/** Cuts long work into slices and writes down how long each of them held the event loop. */
export class LoopBudget {
  private startedAt: number;

  /** @param durations gets the length of every slice */
  constructor(
    private readonly clock: Clock,
    private readonly durations?: LatencyHistogram,
    private readonly sliceMs = DEFAULT_SLICE_MS,
  ) {
    this.startedAt = clock.monotonic();
  }

  /** To be awaited every few steps: returns at once within the budget, else after the others had their turn. */
  pause(): Promise<void> | undefined {
    if (this.clock.monotonic() - this.startedAt < this.sliceMs) return undefined;
    this.end();
    return this.rest();
  }

  /** The work is done or waits for something else: the current slice is over. */
  end(): void {
    this.durations?.record(this.clock.monotonic() - this.startedAt);
    this.startedAt = this.clock.monotonic();
  }

  private async rest(): Promise<void> {
    await setImmediate();
    this.startedAt = this.clock.monotonic();
  }
}
