import { PromqlBusyError } from '../promql.errors';

/**
 * What all queries hold together, from the first value until the answer has been taken: a limit per query says nothing
 * about many of them, nor about results that nobody reads.
 */
export class HeldSamples {
  private held = 0;

  constructor(private readonly max: number) {}

  /** Counts them, also when it throws: the caller gives back all it has taken. @throws PromqlBusyError over the limit */
  take(samples: number): void {
    this.held += samples;
    if (this.held > this.max) throw new PromqlBusyError('samples_together', this.max);
  }

  give(samples: number): void {
    this.held -= samples;
  }
}
