import { setImmediate } from 'node:timers/promises';

/** How long (ms) a piece of work holds the event loop before it lets others run. */
const SLICE_MS = 4;

/** Cuts long work into slices: ask `isSpent` between steps and await `rest` when it says so. */
export class LoopSlice {
  private startedAt = performance.now();

  get isSpent(): boolean {
    return performance.now() - this.startedAt >= SLICE_MS;
  }

  async rest(): Promise<void> {
    await setImmediate();
    this.startedAt = performance.now();
  }
}
