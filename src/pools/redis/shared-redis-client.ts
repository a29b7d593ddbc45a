import { Command } from 'ioredis';
import type { Clock } from '../../common/clock';
import { CommandDeadlines } from './command-deadlines';
import { ConnectionProgress } from './connection-progress';
import { CommandAdmission } from './command-admission';
import { SENT_ONCE } from './connect.options';
import { foldName } from './command-effects';
import { guardPipeline, type Pipeline } from './guarded-pipeline';
import { poolCommands } from '../pool-tracing';
import { type CommandStream, ParkedCommands } from './parked-commands';
import { PoolOwnedRedisClient } from './pool-owned-redis-client';
import {
  RedisConnectionClosedError,
  RedisConnectionLostError,
  RedisTimeoutError,
  RedisUnavailableError,
} from './redis.errors';
import { traceCommand } from './trace-command';
import { WriteBatch } from './write-batch';
import type { RedisClientOptions } from './redis-access';

/** What the shared connection asks the pool before it sends a command, and what it reports afterwards. */
export interface CommandPolicy {
  /**
   * Why nothing may be sent now (breaker open, pool closed), or undefined. While the breaker is half-open, `outcome`
   * decides whether it closes.
   */
  refusal(outcome: Promise<unknown>): Error | undefined;
  /** Why no further command may wait for a connection when `waiting` commands do; undefined when it may. */
  overflow(waiting: number): Error | undefined;
  /** A sampled command was answered after `durationMs`. */
  answered(durationMs: number): void;
  /** Commands got no answer: the server does not work. */
  failed(error: Error): void;
}

/** At most one command in so many ms is timed: all where there are few, a sample where there are many. */
const TIMED_EVERY_MS = 0.25;
/** The shortest time between two reconnects because of READONLY, in milliseconds. */
const FAILOVER_PAUSE_MS = 1_000;

/**
 * The connection that all plain commands share. The commands of one turn of the event loop go out in one write (see
 * `WriteBatch`). Each command settles within `commandTimeoutMs`, also while there is no connection. None is sent twice,
 * so an `INCR` is applied at most once. Commands that need a connection of their own are refused with
 * `RedisCommandRefusedError`.
 */
export class SharedRedisClient extends PoolOwnedRedisClient {
  private readonly batch: WriteBatch;
  private readonly deadlines: CommandDeadlines;
  private readonly parked = new ParkedCommands();
  private readonly progress = new ConnectionProgress();
  private lastFailoverMs = Number.NEGATIVE_INFINITY;
  private sent = 0;
  private lastTimedMs = Number.NEGATIVE_INFINITY;
  /** What went wrong with the connection last. */
  lastError: unknown = new Error('not connected yet');
  private readonly admission: CommandAdmission;

  constructor(
    url: string,
    options: RedisClientOptions,
    private readonly commandTimeoutMs: number,
    private readonly clock: Clock,
    private readonly policy: CommandPolicy,
  ) {
    super(url, {
      ...options,
      ...SENT_ONCE,
      reconnectOnError: (error) => this.isFailover(error),
    });
    this.admission = new CommandAdmission({
      isPreparation: (command) => this.isPreparation(command),
      refusal: (outcome) => policy.refusal(outcome),
      overflow: () => (this.isWritable ? undefined : policy.overflow(this.parked.size)),
    });
    this.batch = new WriteBatch(this);
    this.deadlines = new CommandDeadlines(clock, commandTimeoutMs, (nowMs) => this.sweep(nowMs));
    this.on('connect', () => this.stream.prependOnceListener('close', () => this.rejectInFlight()));
    this.on('ready', () => {
      // Earlier errors no longer matter. If this connection closes without an error, that is the reason to report.
      this.lastError = new RedisConnectionClosedError();
      this.sendParked();
    });
    this.on('error', (error) => (this.lastError = error));
  }

  /** Commands sent so far. */
  get commands(): number {
    return this.sent;
  }

  /** Commands waiting for a connection. */
  get waiting(): number {
    return this.parked.size;
  }

  /** Whether a command could be written now. */
  get isWritable(): boolean {
    return this.status === 'ready' && this.stream?.writable === true;
  }

  override sendCommand(command: Command, stream?: CommandStream): unknown {
    foldName(command);
    if (stream === undefined && this.isHandshake(command)) {
      this.deadlines.start(command);
      return super.sendCommand(command);
    }
    if (!poolCommands.hasSubscribers) return this.admit(command, stream);
    return traceCommand(this.pool.name, command, stream, () => this.admit(command, stream));
  }

  private admit(command: Command, stream: CommandStream | undefined): Promise<unknown> {
    const refusal = this.admission.refusal(command, stream);
    if (refusal) {
      command.reject(refusal);
      return command.promise;
    }
    this.deadlines.start(command);
    return this.send(command, stream);
  }

  /**
   * Asks the server for an answer, also while the policy refuses commands.
   * @throws RedisUnavailableError at once without a connection
   */
  async probe(): Promise<void> {
    if (this.status === 'wait') this.connectQuietly();
    if (!this.isWritable) await this.whenReady();
    const command = new Command('ping', [], { replyEncoding: 'utf8' });
    this.deadlines.start(command);
    await this.send(command, undefined);
  }

  /** @throws RedisCommandRefusedError, from the method of a command that would affect all other callers */
  override pipeline(commands?: unknown[][]): Pipeline {
    return guardPipeline(super.pipeline(), commands);
  }

  /** A transaction as one pipeline; `pipeline: false`, which would begin one for all callers, is refused. */
  override multi(options: { pipeline: false }): Promise<'OK'>;
  override multi(options: { pipeline: true }): Pipeline;
  override multi(commands?: unknown[][]): Pipeline;
  override multi(given?: unknown[][] | { pipeline: boolean }, options = given): Pipeline | Promise<'OK'> {
    const refused = !Array.isArray(options) && options?.pipeline === false;
    if (refused) return super.multi({ pipeline: false });
    return guardPipeline(super.multi(), Array.isArray(given) ? given : undefined);
  }

  protected override onFatalError(error: Error): void {
    this.rejectParked(new RedisUnavailableError(error, this.pool.limits));
  }

  /** Rejects everything that has no answer yet, with `error`, and closes the connection for good. */
  terminate(error: Error): void {
    this.deadlines.close();
    this.rejectParked(error);
    this.rejectInFlight(error);
    this.endForGood();
  }

  /** Rejects all commands that wait for a connection. */
  rejectParked(error: Error): void {
    this.parked.rejectAll(error);
  }

  /**
   * READONLY: the server has become a replica, and its name may already lead to the new primary, so the client connects
   * again, at most once in FAILOVER_PAUSE_MS.
   */
  private isFailover(error: Error): boolean {
    const nowMs = this.clock.monotonic();
    if (!error.message.startsWith('READONLY') || nowMs - this.lastFailoverMs < FAILOVER_PAUSE_MS) return false;
    this.lastFailoverMs = nowMs;
    return true;
  }

  private send(command: Command, stream: CommandStream | undefined): Promise<unknown> {
    if (this.status === 'wait') this.connectQuietly();
    // First the batch: writing may break the socket, and a pipeline must be sent as a whole or not at all.
    if (stream !== undefined) this.batch.flush();
    if (this.isWritable && this.parked.size === 0) this.write(command, stream, this.deadlines.startOf(command));
    else this.parked.add(command, stream);
    return command.promise;
  }

  private whenReady(): Promise<void> {
    if (this.status !== 'connecting' && this.status !== 'connect') {
      return Promise.reject(new RedisUnavailableError(this.lastError, this.pool.limits));
    }
    return new Promise((resolve, reject) => {
      const settle = () => {
        this.off('ready', settle).off('close', settle);
        if (this.status === 'ready') resolve();
        else reject(new RedisUnavailableError(this.lastError, this.pool.limits));
      };
      this.on('ready', settle).on('close', settle);
    });
  }

  /** Events report whether it connects; the promise is not needed. */
  private connectQuietly(): void {
    this.connect().catch((error: unknown) => (this.lastError ??= error));
  }

  private write(command: Command, stream: CommandStream | undefined, startedMs: number): void {
    this.sent++;
    if (startedMs - this.lastTimedMs >= TIMED_EVERY_MS) this.timeAnswer(command, startedMs);
    if (stream !== undefined) this.batch.flush();
    else if (this.commandQueue.length > 0 || !this.batch.isEmpty) return void super.sendCommand(command, this.batch);
    super.sendCommand(command, stream);
  }

  private timeAnswer(command: Command, startedMs: number): void {
    this.lastTimedMs = startedMs;
    const { resolve } = command;
    command.resolve = (reply: unknown) => {
      this.policy.answered(this.clock.monotonic() - startedMs);
      resolve(reply);
    };
  }

  private sendParked(): void {
    if (!this.isWritable) return; // lost again meanwhile
    const nowMs = this.clock.monotonic();
    for (const { command, stream } of this.parked.takeAll()) this.write(command, stream, nowMs);
  }

  /**
   * Rejects what is overdue. A server that has sent nothing for as long as a command may take is frozen or gone: the
   * connection is closed and opened again.
   */
  private sweep(nowMs: number): boolean {
    this.progress.note(this.stream, nowMs);
    const overdue = this.parked.expire(
      (command) => this.deadlines.isOverdue(command, nowMs),
      (command) => new RedisTimeoutError(command.name, this.commandTimeoutMs, 'waiting for a connection'),
    );
    const unanswered = this.rejectUnanswered(nowMs);
    // A pipeline may keep single commands waiting for too long, on a server that works.
    const isSilent = unanswered > 0 && this.progress.stalledMs(nowMs) >= this.commandTimeoutMs * 0.9;
    if (overdue > 0 || isSilent) {
      this.policy.failed(new RedisTimeoutError('any', this.commandTimeoutMs, 'waiting for Redis'));
    }
    if (isSilent) this.stream.destroy();
    return this.parked.size > 0 || this.commandQueue.length > 0;
  }

  private rejectUnanswered(nowMs: number): number {
    let rejected = 0;
    for (let index = 0; index < this.commandQueue.length; index++) {
      const command = this.commandQueue.peekAt(index)!.command;
      if (!this.deadlines.isUnanswered(command, nowMs, this.progress)) continue;
      rejected++;
      this.deadlines.settle(command);
      command.reject(new RedisTimeoutError(command.name, this.commandTimeoutMs, 'waiting for the answer'));
    }
    return rejected;
  }

  /** ioredis, told not to send commands twice, does not settle those in flight when the connection closes. */
  private rejectInFlight(error: Error = new RedisConnectionLostError()): void {
    const lost = this.commandQueue.toArray();
    this.commandQueue.clear();
    for (const { command } of lost) command.reject(error);
    if (lost.length > 0) this.policy.failed(error);
  }
}
