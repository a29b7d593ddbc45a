/** The times between which samples were taken by one setting of the clock (Unix ms, both ends included). */
interface Epoch {
  readonly fromMs: number;
  untilMs: number;
}

/** Settings of the clock that are remembered; older samples than those of the first are never hidden. */
const MAX_EPOCHS = 1_000;

/**
 * The times at which the clock was set back. Each begins an epoch: what an earlier epoch has for the same times, which
 * then were ahead, is hidden behind what the later one has. Nothing is deleted: if the clock was right before and is set
 * forward again, the earlier samples are seen again but for the times that were measured twice.
 */
export class ClockEpochs {
  private readonly epochs: Epoch[] = [{ fromMs: -Infinity, untilMs: -Infinity }];
  /** Epochs no longer remembered. */
  private forgotten = 0;

  /** The number of the current epoch. */
  get current(): number {
    return this.forgotten + this.epochs.length - 1;
  }

  /** When the current epoch began; -Infinity for the first. */
  get fromMs(): number {
    return this.epochs.at(-1)!.fromMs;
  }

  begin(fromMs: number): void {
    this.epochs.push({ fromMs, untilMs: fromMs });
    if (this.epochs.length > MAX_EPOCHS) {
      this.epochs.shift();
      this.forgotten++;
    }
  }

  /** A tick of the current epoch. */
  reach(timeMs: number): void {
    const epoch = this.epochs.at(-1)!;
    if (timeMs > epoch.untilMs) epoch.untilMs = timeMs;
  }

  /** The times that an epoch hides in all earlier ones; `undefined` for one that is no longer remembered. */
  get(epoch: number): Readonly<Epoch> | undefined {
    return this.epochs[epoch - this.forgotten];
  }
}
