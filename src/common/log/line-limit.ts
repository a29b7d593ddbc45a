import type { Logger } from '@nestjs/common';
import type { Clock } from '../clock';

const INTERVAL_MS = 1_000;

/** Writes one line a second at most of each kind, with how many were left out since the one before. */
export class LineLimit {
  private readonly kinds = new Map<string, { atMs: number; left: number }>();

  constructor(
    private readonly logger: Pick<Logger, 'warn'>,
    private readonly clock: Clock,
  ) {}

  /** @param kind one of few, such as the code of an error */
  warn(kind: string, line: string): void {
    const nowMs = this.clock.monotonic();
    const last = this.kinds.get(kind);
    if (last !== undefined && nowMs - last.atMs < INTERVAL_MS) {
      last.left++;
      return;
    }
    const left = last?.left ?? 0;
    this.kinds.set(kind, { atMs: nowMs, left: 0 });
    this.logger.warn(left === 0 ? line : `${line} (and ${left} more since the last line of this kind)`);
  }
}
