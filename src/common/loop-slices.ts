import { setImmediate } from 'node:timers/promises';
import { type Clock, SystemClock } from './clock';
import type { LatencyHistogram } from './latency-histogram';

const DEFAULT_SLICE_MS = 1;

export interface LoopSlicesOptions {
  /** How long the work holds the event loop before it lets others run. Default 1. */
  readonly sliceMs?: number;
  /** Records the length of every slice. */
  readonly durations?: LatencyHistogram;
}

/** Cuts long work into slices, between which the event loop serves others. */
export class LoopSlices {
  private readonly sliceMs: number;
  private readonly durations: LatencyHistogram | undefined;
  private startedAt: number;

  constructor(
    private readonly clock: Clock,
    { sliceMs = DEFAULT_SLICE_MS, durations }: LoopSlicesOptions = {},
  ) {
    this.sliceMs = sliceMs;
    this.durations = durations;
    this.startedAt = clock.monotonic();
  }

  /** To be awaited every few steps: answers at once within the slice, else after the others had their turn. */
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

const STEPS_PER_CLOCK_READ = 32;

/**
 * Runs a job of short steps in slices of `sliceMs`, the first one at once. Resolves with the number of steps that yielded
 * true.
 */
export async function runInSlices(
  job: Iterator<boolean, void>,
  sliceMs = DEFAULT_SLICE_MS,
  clock: Clock = new SystemClock(),
): Promise<number> {
  const slices = new LoopSlices(clock, { sliceMs });
  let counted = 0;
  let steps = 0;
  for (let step = job.next(); step.done !== true; step = job.next()) {
    if (step.value) counted++;
    if (++steps % STEPS_PER_CLOCK_READ !== 0) continue;
    const pause = slices.pause();
    if (pause !== undefined) await pause;
  }
  return counted;
}
