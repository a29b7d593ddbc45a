import { setImmediate } from 'node:timers';

/**
 * Gives turns on the event loop, one per round of it, to all queries in order. A query asks for a turn after every slice,
 * so I/O waits for no more than one slice, however many queries run. (`LoopSlices` limits one piece of work by itself:
 * ten queries would hold the loop for ten slices in a row.)
 */
export class LoopTurns {
  private readonly waiting: (() => void)[] = [];
  private sliceBegan = 0;

  /** @param sliceMs how long one turn may take */
  constructor(private readonly sliceMs: number) {}

  /** Resolves when it is the caller's turn; the caller then computes until `over()` and asks again. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      if (this.waiting.length === 1) setImmediate(() => this.pass());
    });
  }

  /** Whether the present turn has lasted long enough. */
  over(): boolean {
    return performance.now() - this.sliceBegan >= this.sliceMs;
  }

  private pass(): void {
    this.sliceBegan = performance.now();
    this.waiting.shift()?.();
    if (this.waiting.length > 0) setImmediate(() => this.pass());
  }
}
