import type { Redis } from 'ioredis';
import type { Clock } from '../../common/clock';
import type { ConnectionProgress } from './connection-progress';

/** What ioredis keeps of a command that has been sent. */
type Command = NonNullable<ReturnType<Redis['commandQueue']['peekAt']>>['command'];

const DEADLINE = Symbol('deadline');
type TimedCommand = Command & { [DEADLINE]?: number; readonly pipelineIndex?: number };

/**
 * A timer that fires late must not blame the server for a slow event loop: commands are checked often, and each time
 * only after the socket has been read.
 */
const SWEEPS_PER_TIMEOUT = 20;
/** Of the timeout: how late a check has to be for the event loop to have been stopped, and what is given once for that. */
const STOPPED = 0.5;
const AFTER_STOP = 0.25;

/**
 * Makes every command of one connection settle by its deadline, with one timer for all of them. (ioredis's
 * `commandTimeout` starts a timer for each command, and has none for commands that it resends or forgets.)
 */
export class CommandDeadlines {
  private timer: NodeJS.Timeout | undefined;
  private dueMs = 0;
  private isAfterStop = false;

  constructor(
    private readonly clock: Clock,
    private readonly timeoutMs: number,
    /** Rejects what is overdue at `nowMs` and says whether anything is still outstanding. */
    private readonly sweep: (nowMs: number) => boolean,
  ) {}

  /** Gives `command` its deadline, `extraMs` later than usual for one that may block on the server. */
  start(command: Command, extraMs = 0): void {
    (command as TimedCommand)[DEADLINE] = this.clock.monotonic() + this.timeoutMs + extraMs;
    this.checkIn(this.timeoutMs / SWEEPS_PER_TIMEOUT);
  }

  /** When `start` was called for it, if it blocks no longer than usual. */
  startOf(command: Command): number {
    return (command as TimedCommand)[DEADLINE]! - this.timeoutMs;
  }

  /** Removes the deadline of a command that was rejected, so that it is not rejected again. */
  settle(command: Command): void {
    (command as TimedCommand)[DEADLINE] = Infinity;
  }

  isOverdue(command: Command, nowMs: number): boolean {
    return ((command as TimedCommand)[DEADLINE] ?? Infinity) <= nowMs;
  }

  /**
   * The same of a command that was sent. Those of a pipeline are answered one after the other, so they have time for as
   * long as the connection moves: a large one is not too late while its commands run.
   */
  isUnanswered(command: Command, nowMs: number, progress: ConnectionProgress): boolean {
    if (!this.isOverdue(command, nowMs)) return false;
    const isPipelined = (command as TimedCommand).pipelineIndex !== undefined;
    return !isPipelined || progress.stalledMs(nowMs) >= this.timeoutMs;
  }

  close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private checkIn(ms: number): void {
    if (this.timer !== undefined) return;
    this.dueMs = this.clock.monotonic() + ms;
    this.timer = setTimeout(() => setImmediate(() => this.check()), ms);
  }

  /**
   * After a stop of the event loop one turn reads an answer, but a connection in the making needs several: the next check
   * is the one that judges.
   */
  private check(): void {
    this.timer = undefined;
    const nowMs = this.clock.monotonic();
    this.isAfterStop = !this.isAfterStop && nowMs - this.dueMs >= this.timeoutMs * STOPPED;
    if (this.isAfterStop) this.checkIn(this.timeoutMs * AFTER_STOP);
    else if (this.sweep(nowMs)) this.checkIn(this.timeoutMs / SWEEPS_PER_TIMEOUT);
  }
}
