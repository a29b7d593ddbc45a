import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../common/clock';
import { doneWithin } from '../common/deadline';
import { FailureLog } from '../common/log/failure-log';
import { JobScheduler } from '../jobs/job-scheduler';
import type { ScheduledJob } from '../jobs/scheduled-job';
import { CopyTable } from './copy-table';
import { Instance } from './instance';
import { LeaseLeader } from './lease-leader';
import { SharedChanges } from './shared-changes';
import { SharedDatabase } from './shared-database';

const BEAT_MS = 1_000;
const PURGE_MS = 3_600_000;
const LEAVE_TIMEOUT_MS = 3_000;
/** A database that is away for a moment is no degradation of its own. */
const TOLERATED_FAILURE_MS = 5_000;

/** How this copy stands to the others. */
export interface CopiesStats {
  readonly leads: boolean;
  /** Beats that did not reach the database. */
  readonly missedBeats: number;
  /** ms since the last beat that did, or since the start. */
  readonly beatAgeMs: number;
  /** Changes of other copies that could not be made here. */
  readonly refusedChanges: number;
}

/** Every second: says that this copy lives, asks whether it leads, and makes what others have changed. */
@Injectable()
export class CopiesJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Copies');
  private readonly failures: FailureLog;
  private readonly startedAtMs: number;
  private job: ScheduledJob | undefined;
  private beats = 0;
  private missedBeats = 0;
  private lastBeatMs: number;
  private namesakes = 0;

  constructor(
    private readonly table: CopyTable,
    private readonly database: SharedDatabase,
    private readonly leader: LeaseLeader,
    private readonly changes: SharedChanges,
    private readonly instance: Instance,
    private readonly clock: Clock,
    private readonly jobs: JobScheduler,
  ) {
    this.startedAtMs = this.lastBeatMs = clock.monotonic();
    this.failures = new FailureLog(this.logger, clock, 'This copy knows of the others again');
  }

  onApplicationBootstrap(): void {
    if (!this.database.isConfigured) return;
    this.job = this.jobs.add({ name: 'copies', everyMs: BEAT_MS, run: () => this.beat(), failure: false });
    this.jobs.add({ name: 'copies-purge', everyMs: PURGE_MS, run: () => this.table.purge(), copies: 'one' });
    void this.job.runNow();
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (this.job === undefined) return;
    await doneWithin(this.job.stop(), LEAVE_TIMEOUT_MS);
    this.leader.answered(false, 0);
    if (!this.database.isReady || this.beats === 0) return;
    // Without it the others notice a little later.
    await doneWithin(
      this.table.leave().catch(() => undefined),
      LEAVE_TIMEOUT_MS,
    );
  }

  /** Whether there is a database through which copies know of each other. */
  get isShared(): boolean {
    return this.database.isConfigured;
  }

  stats(): CopiesStats {
    return {
      leads: this.leader.isLeading,
      missedBeats: this.missedBeats,
      beatAgeMs: this.clock.monotonic() - this.lastBeatMs,
      refusedChanges: this.changes.refusedCount,
    };
  }

  /** What an operator has to know; `undefined`: all is well. */
  problem(): string | undefined {
    const { current } = this.failures;
    if (current !== undefined && current.lastsMs > TOLERATED_FAILURE_MS) {
      return (
        `this copy has not reached the others since ${new Date(current.sinceMs).toISOString()} (${current.reason}); ` +
        'jobs that one copy does are left out, and changes over HTTP are refused'
      );
    }
    if (this.namesakes > 1) return this.namesakeProblem();
    return this.changes.problem;
  }

  private async beat(): Promise<void> {
    if (!this.database.isReady) {
      this.missedBeats++; // why is said by the database itself
      return;
    }
    const sentAtMs = this.clock.monotonic();
    try {
      const { leads, formerRun, changesVersion } = await this.table.beat(sentAtMs - this.startedAtMs);
      this.leader.answered(leads, sentAtMs);
      this.noteNamesake(formerRun);
      await this.changes.syncTo(changesVersion);
      this.lastBeatMs = this.clock.monotonic();
      this.failures.succeeded();
    } catch (error) {
      this.missedBeats++;
      this.failures.failed('This copy does not reach the others', error);
      throw error;
    }
  }

  /** Once is a restart whose former process was still ending; again and again is another process of this name. */
  private noteNamesake(formerRun: string | null): void {
    const other = this.beats++ > 0 && formerRun !== null && formerRun !== this.instance.run;
    this.namesakes = other ? this.namesakes + 1 : Math.max(0, this.namesakes - 0.1);
    if (other && this.namesakes === 2) this.logger.warn(this.namesakeProblem());
  }

  private namesakeProblem(): string {
    return `another process calls itself ${this.instance.id}, too, and their histories mix: give each an INSTANCE of its own`;
  }
}
