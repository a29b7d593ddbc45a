import type { Logger } from '@nestjs/common';
import type { Clock } from '../clock';
import { DomainError } from '../errors/domain-error';

/** A reason that changes all the time is logged this often (ms). */
const LOG_INTERVAL_MS = 60_000;

/** A failure that has not ended. */
export interface LastingFailure {
  /** Unix ms of the first attempt that failed. */
  readonly sinceMs: number;
  /** How long ago that was (ms), whatever happened to the system's clock. */
  readonly lastsMs: number;
  /** What the latest attempt failed with. */
  readonly reason: string;
}

/**
 * Logs what fails again and again without a flood of lines: the first time, each new reason (one a minute at most), and
 * the end. Knows for how long it has been failing.
 */
export class FailureLog {
  private since: { readonly ms: number; readonly monotonicMs: number } | undefined;
  private reason = '';
  private loggedKind: string | undefined;
  private loggedAtMs = -Infinity;

  /** @param ended what the log says at the end, such as `Blocks are written again` */
  constructor(
    private readonly logger: Pick<Logger, 'warn' | 'log'>,
    private readonly clock: Clock,
    private readonly ended: string,
  ) {}

  /** The failure under way; `undefined` while all is well. */
  get current(): LastingFailure | undefined {
    const { since, reason } = this;
    return since && { sinceMs: since.ms, lastsMs: this.clock.monotonic() - since.monotonicMs, reason };
  }

  /** @param what the sentence in front of the reason, such as `Blocks could not be written` */
  failed(what: string, error: unknown): void {
    const nowMs = this.clock.monotonic();
    this.since ??= { ms: this.clock.now(), monotonicMs: nowMs };
    this.reason = error instanceof Error ? error.message : String(error);
    // Messages of our own contain times, so their codes are compared.
    const kind = error instanceof DomainError ? error.code : this.reason;
    if (kind === this.loggedKind || nowMs - this.loggedAtMs < LOG_INTERVAL_MS) return;
    this.loggedKind = kind;
    this.loggedAtMs = nowMs;
    this.logger.warn(`${what}: ${String(error)}`);
  }

  succeeded(): void {
    const { current } = this;
    if (current === undefined) return;
    this.since = this.loggedKind = undefined;
    this.loggedAtMs = -Infinity;
    this.logger.log(`${this.ended}, after ${Math.round(current.lastsMs / 1_000)} s`);
  }
}
