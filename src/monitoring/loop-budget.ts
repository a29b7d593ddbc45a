import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../common/clock';
import type { LatencyHistogram } from '../common/latency-histogram';

const DEFAULT_SLICE_MS = 1;

export interface LoopBudgetOptions {
  /** How long the work holds the event loop before it lets others run. Default 1. */
  readonly sliceMs?: number;
  /** Gets the length of every slice. */
  readonly durations?: LatencyHistogram;
}

/** Cuts long work into slices, between which others have the event loop. */
export class LoopBudget {
  private readonly sliceMs: number;
  private readonly durations: LatencyHistogram | undefined;
  private startedAt: number;

  constructor(
    private readonly clock: Clock,
    { sliceMs = DEFAULT_SLICE_MS, durations }: LoopBudgetOptions = {},
  ) {
    this.sliceMs = sliceMs;
    this.durations = durations;
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
