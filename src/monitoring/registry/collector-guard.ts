import { Logger } from '@nestjs/common';
import type { Clock } from '../../common/clock';
import { withDeadline } from '../../common/deadline';
import { Breaker, type BreakerOptions, type BreakerPermit } from '../../pools/breaker';
import type { PromClientFamily } from './prom-client-family';

/** A metric of the application may wait for something; what takes longer (ms) is left out. */
export const COLLECT_TIMEOUT_MS = 1_000;

/** Three failed intervals in a row, then one attempt after 30 s, and ever more rarely up to one in 5 minutes. */
const BREAKER: BreakerOptions = {
  failureThreshold: 3,
  tripAfterMs: 0,
  minOpenMs: 30_000,
  maxOpenMs: 300_000,
  halfOpenProbes: 1,
  probeTimeoutMs: 0,
  openShare: 0,
};
/** Nothing can end a call that hangs; so many of one collector may be under way before no more are made. */
const MAX_UNENDED = 3;

/** `late`: not done in time. `failed`: it threw. `not_started`: its breaker is open, or its former calls hang. */
export const ABSENCE_REASONS = ['late', 'failed', 'not_started'] as const;
export type AbsenceReason = (typeof ABSENCE_REASONS)[number];

interface Run {
  state: 'running' | 'collected' | AbsenceReason;
  /** Settles when the metric is collected, or after COLLECT_TIMEOUT_MS; never rejects. */
  readonly settled: Promise<void>;
  /** Whether a collection waits for it: not for a collector that has failed before and is only tried again. */
  readonly awaited: boolean;
}

/**
 * Collects one metric of the application that was made with prom-client, so that it can keep back nothing but itself.
 * A `collect` function is called once per sampling interval at most: ticks and scrapes share what it gave. A metric
 * without one is read each time.
 */
export class CollectorGuard {
  readonly absences = new Map<AbsenceReason, number>(ABSENCE_REASONS.map((reason) => [reason, 0]));
  /** How long (s) the last call took that came to its end; `undefined` before the first. */
  lastSeconds: number | undefined;
  private readonly logger = new Logger('Metrics');
  private readonly breaker: Breaker;
  private interval: number | undefined;
  private run: Run | undefined;
  private unended = 0;
  private said = false;

  constructor(
    readonly family: PromClientFamily,
    private readonly clock: Clock,
  ) {
    this.breaker = Breaker.ofFailuresInARow(BREAKER, clock);
  }

  /** Begins to collect, unless it was begun in this interval, which is a number that no other interval has. */
  begin(interval: number): void {
    if (this.family.isCollector ? interval === this.interval : this.run?.state === 'running') return;
    this.interval = interval;
    this.run = this.start();
  }

  /** Whether the metric has values of the interval; waits until they are there, or its time is over. */
  async ready(): Promise<boolean> {
    const { run } = this;
    if (run?.awaited) await run.settled;
    return run?.state === 'collected';
  }

  private start(): Run {
    const permit = this.breaker.tryAcquire();
    if (permit === undefined) return this.notStarted();
    if (this.unended >= (permit.probe ? MAX_UNENDED : 1)) {
      this.breaker.settle(permit, 'failure');
      this.say('a former call has not ended');
      return this.notStarted();
    }
    const startedAt = this.clock.monotonic();
    this.unended++;
    const ended = this.family.collect().finally(() => this.unended--);
    const run: Run = {
      state: 'running',
      awaited: !permit.probe,
      settled: withDeadline(() => ended, COLLECT_TIMEOUT_MS, tooLate).then(
        () => this.collected(run, permit),
        (error: unknown) => this.absent(run, permit, error),
      ),
    };
    // What comes late is still shown by scrapes of the same interval.
    ended.then(
      () => {
        this.lastSeconds = (this.clock.monotonic() - startedAt) / 1_000;
        if (run.state === 'late') run.state = 'collected';
      },
      () => undefined,
    );
    return run;
  }

  private notStarted(): Run {
    this.count('not_started');
    return { state: 'not_started', settled: Promise.resolve(), awaited: false };
  }

  private collected(run: Run, permit: BreakerPermit): void {
    run.state = 'collected';
    this.breaker.settle(permit, 'success');
    if (this.said) this.logger.log(`Metric "${this.family.name}" is collected again`);
    this.said = false;
  }

  private absent(run: Run, permit: BreakerPermit, error: unknown): void {
    run.state = error instanceof TooLateError ? 'late' : 'failed';
    this.count(run.state);
    this.breaker.settle(permit, 'failure', error);
    this.say(error instanceof Error ? error.message : String(error));
  }

  private count(reason: AbsenceReason): void {
    this.absences.set(reason, this.absences.get(reason)! + 1);
  }

  private say(problem: string): void {
    if (this.said) return;
    this.said = true;
    this.logger.warn(
      `Metric "${this.family.name}" is left out, it could not be collected: ${problem}. After ${BREAKER.failureThreshold} ` +
        `intervals in a row it is asked only now and then. Give its collect function a deadline below ${COLLECT_TIMEOUT_MS} ms, ` +
        'or collect in the background and only set the value.',
    );
  }
}

class TooLateError extends Error {}

const tooLate = () => new TooLateError(`it took longer than ${COLLECT_TIMEOUT_MS} ms`);
