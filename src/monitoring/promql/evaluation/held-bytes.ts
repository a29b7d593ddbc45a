import { PromqlBusyError } from '../promql.errors';

/**
 * What all queries hold together, from the first value until the answer has been sent: a limit per query does not bound
 * many of them, nor results that nobody reads.
 */
export class HeldBytes {
  private held = 0;

  constructor(private readonly max: number) {}

  /** Counts them, also when it throws: the caller gives back all of them. @throws PromqlBusyError over the limit */
  take(bytes: number): void {
    this.held += bytes;
    if (this.held > this.max) throw new PromqlBusyError('bytes_together', this.max);
  }

  give(bytes: number): void {
    this.held -= bytes;
  }

  get bytes(): number {
    return this.held;
  }
}
