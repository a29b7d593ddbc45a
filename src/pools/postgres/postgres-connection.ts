import type { Submittable } from 'pg';
import { Deadline } from '../../common/deadline';
import { requestCancel } from './cancel-request';
import type { PgCallback, PgClient, PgQuery } from './pg-client';
import type { PoolsOptionPath } from '../pools-option';
import {
  asPoolError,
  PostgresConnectionLostError,
  PostgresCursorOpenError,
  PostgresQueryTimeoutError,
  PostgresSessionStatementError,
  PostgresUnawaitedError,
  PostgresUsageError,
} from './postgres.errors';
import type { RowPortal } from './row-portal';
import { sessionEffect } from './session-statements';
import { SessionWatch } from './session-watch';
import type { StatementObservation } from './statement-observation';
import type { StatementWatch } from './statement-watch';
import { SubmittedQuery } from './submitted-query';

/** How long the cleaning of a connection may take; after that it is closed. */
const CLEAN_TIMEOUT_MS = 2_000;
/** How long a statement that the borrower did not await may go on after the release. */
const UNAWAITED_GRACE_MS = 500;
/** How long a cancelled statement may take to end; after that its connection is closed. */
const CANCEL_GRACE_MS = 1_000;
/** How long after its own statement timeout a server must have answered; else its connection is closed. */
const SILENCE_GRACE_MS = 1_000;

/** The protocol counts the parameters of a statement in 16 bits; with more, the server would close the connection. */
const MAX_PARAMETERS = 65_535;
const tooMany = (count: number) =>
  new PostgresUsageError(
    `A statement with ${count} parameters`,
    `PostgreSQL takes at most ${MAX_PARAMETERS}; pass arrays and use unnest($1::int[]), or send it in parts`,
  );

/** The longest `statement_timeout` of PostgreSQL. */
const MAX_SERVER_TIMEOUT_MS = 2_147_483_647;
/** Where it fails, the statement that follows fails as well. */
const IGNORED: PgCallback = () => undefined;

const IS_READ_ONLY = `SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool AS answer`;

const terminated = () => new PostgresConnectionLostError(new Error('Connection terminated'));

interface PendingStatement {
  readonly query: PgQuery | string;
  readonly values: unknown;
  readonly callback: PgCallback;
  /** Added to the text when it is sent. */
  readonly comment: string;
  readonly owner: object | undefined;
}

/** What waits to be sent, in the order in which it was called. */
type Pending = PendingStatement | SubmittedQuery;

export interface PostgresConnectionOptions {
  readonly queryTimeoutMs: number;
  readonly queryTimeoutOption: PoolsOptionPath;
  /** The server was told `queryTimeoutMs` and ends statements by itself. */
  readonly serverKeepsTime: boolean;
  readonly resetAlways: boolean;
  /** The session is that of a PgBouncer, which lends those of the server to others after each transaction. */
  readonly pgbouncer: boolean;
  /** Whether statements with a name are prepared under it. */
  readonly prepares: boolean;
  readonly observation: StatementObservation;
}

/**
 * One connection to PostgreSQL. It sends one statement at a time, can cancel the running one on the server, and knows
 * whether it may be lent again.
 */
export class PostgresConnection {
  readonly session: SessionWatch;
  private readonly watch: StatementWatch;
  /** The number of statements sent; and that of the last check for silence, with the traffic, since when both are the same. */
  private sent = 0;
  private lastCheck = { sent: 0, bytes: 0, sinceMs: 0 };
  /** The last statement, by what it answers to; or the query object, when it is a cursor or a stream. */
  private running: PgCallback | undefined;
  private submitted: SubmittedQuery | undefined;
  private ended = false;
  /** How long a statement on it may take (ms); after that and a grace the server is silent. */
  private allowedMs: number;
  /** Statements that wait until the running one has ended, or until a cancel request can no longer hit them. */
  private readonly pending: Pending[] = [];
  private isAwaitingReady = false;
  /** What has begun a transaction of its own: until that ends, others wait. */
  private holder: object | undefined;
  /** What reads the rows of a statement in parts, between which others may be sent. */
  readonly openStreams = new Set<object>();
  private cancelling: Promise<void> | undefined;

  constructor(
    readonly client: PgClient,
    private readonly options: PostgresConnectionOptions,
    /** Whether to close this connection, now that its server is found to be read-only. */
    private readonly shouldLeaveServer: (connection: PostgresConnection) => boolean,
  ) {
    this.allowedMs = options.queryTimeoutMs;
    this.session = new SessionWatch(client);
    this.watch = options.observation.watch(client);
    client.once('end', () => {
      this.ended = true;
      this.dropPending(terminated());
    });
  }

  /**
   * Sends a statement after the earlier ones, and while somebody holds the connection after that, unless it is for
   * the `owner` who holds it. `callback` may be called before the server is ready for the next one.
   */
  query(given: PgQuery | string, values: unknown, callback: PgCallback, owner?: object): void {
    const isPrepared = typeof given !== 'string' && given.name !== undefined;
    const query = isPrepared && !this.options.prepares ? { ...given, name: undefined } : given;
    const parameters = parameterCount(query, values);
    if (parameters > MAX_PARAMETERS) return process.nextTick(callback, tooMany(parameters), undefined);
    const comment = this.commentFor(query);
    // A client that has ended calls back at once with its error.
    const isNext = this.holder === undefined ? this.pending.length === 0 : this.holder === owner;
    if (this.ended || (isNext && this.isQuiet)) return this.send(query, values, callback, comment);
    this.pending.push({ query, values, callback, comment, owner });
    this.awaitReady();
  }

  /**
   * Withdraws the statement that was passed with `callback`: it is not sent, or cancelled on the server.
   */
  withdraw(callback: PgCallback): void {
    const index = this.pending.findIndex(
      (waiting) => !(waiting instanceof SubmittedQuery) && waiting.callback === callback,
    );
    if (index >= 0) this.pending.splice(index, 1);
    else this.interrupt();
  }

  /** Passes a query object made for pg (a cursor, a stream) to the client, after the earlier statements. */
  submit<T extends Submittable>(query: T): T {
    const submitted = new SubmittedQuery(query);
    const isNext = this.holder === undefined && this.pending.length === 0;
    if (this.ended || (isNext && this.isQuiet)) this.sendSubmitted(submitted);
    else {
      this.pending.push(submitted);
      this.awaitReady();
    }
    return query;
  }

  /** Lets only what is sent for `owner` through, until `endHold`. */
  hold(owner: object): void {
    this.holder = owner;
  }

  endHold(owner: object): void {
    if (this.holder !== owner) return;
    this.holder = undefined;
    this.sendPending();
  }

  /** Counts a statement whose rows were read in parts. */
  noteStream({ text, values, comment, busyMs, rowCount }: RowPortal, failed: boolean): void {
    this.watch.ran({ text, values, comment, durationMs: busyMs, rows: rowCount, failed }, performance.now());
  }

  /** Whether a cursor or a stream is open, or waits to be. */
  get hasOpenCursor(): boolean {
    if (this.openStreams.size > 0) return true;
    if (this.submitted?.isOpen && this.client.readyForQuery === false) return true;
    return this.pending.some((waiting) => waiting instanceof SubmittedQuery);
  }

  /**
   * Takes note that nobody waits for the statements that have no answer yet, and returns how many they are: when they
   * fail now, that must not end the process as an unhandled rejection.
   */
  abandonUnanswered(): number {
    if (this.running?.unanswered === undefined && this.pending.length === 0) return 0;
    const unanswered = this.callbacks.flatMap((callback) => callback.unanswered ?? []);
    for (const answer of unanswered) if (answer !== true) answer.catch(() => undefined);
    return unanswered.length;
  }

  /** The caller has got `outer` in place of `answer`. */
  passAnswerOn(answer: Promise<unknown>, outer: Promise<unknown>): void {
    const callback = this.callbacks.findLast(({ unanswered }) => unanswered === answer);
    if (callback !== undefined) callback.unanswered = outer;
  }

  /** What is queried next may take this long, which is longer than `queryTimeoutMs`; `endLonger` is to follow it. */
  allowLonger(timeoutMs: number, owner?: object): void {
    this.allowedMs = Math.max(this.allowedMs, timeoutMs);
    if (!this.options.serverKeepsTime) return;
    // For the server 0 is without end, and this the longest it knows.
    const serverMs = timeoutMs > MAX_SERVER_TIMEOUT_MS ? 0 : Math.ceil(timeoutMs);
    this.query(`SET statement_timeout = ${serverMs}`, undefined, IGNORED, owner);
  }

  endLonger(owner?: object): void {
    if (this.options.serverKeepsTime) this.query('RESET statement_timeout', undefined, IGNORED, owner);
  }

  get queryTimeoutMs(): number {
    return this.options.queryTimeoutMs;
  }

  get queryTimeoutOption(): PoolsOptionPath {
    return this.options.queryTimeoutOption;
  }

  /** What a caller gets for an error of a statement. */
  poolError(error: unknown, timeoutMs = this.queryTimeoutMs): unknown {
    return asPoolError(error, timeoutMs, this.queryTimeoutOption);
  }

  /** The time that has to be kept here for a statement without one of its own (ms); undefined: the server keeps it. */
  get keptTimeoutMs(): number | undefined {
    return this.options.serverKeepsTime ? undefined : this.options.queryTimeoutMs;
  }

  /** Why a statement of a lease may not be sent: behind a PgBouncer, what it changes of the session would reach others. */
  refusal(text: string): Error | undefined {
    if (!this.options.pgbouncer) return undefined;
    const effect = sessionEffect(text, this.client.getTransactionStatus() === 'T');
    return effect === undefined ? undefined : new PostgresSessionStatementError(effect.statement, 'pgbouncer');
  }

  /** Whether the connection can be lent again; a promise when it must be cleaned first. */
  clean(): boolean | Promise<boolean> {
    const { session, pending } = this;
    const untouched = !session.needsReset && !session.refusedWrite && !this.options.resetAlways;
    if (
      untouched &&
      this.openStreams.size === 0 &&
      this.isQuiet &&
      pending.length === 0 &&
      this.client.getTransactionStatus() === 'I'
    )
      return true;
    return this.cleanUp();
  }

  /** To be called at intervals: closes the connection if the server has not kept its own statement timeout. */
  closeIfSilent(nowMs: number): void {
    const { sent, lastCheck, allowedMs } = this;
    const bytes = this.submitted === undefined ? 0 : this.trafficBytes;
    if (lastCheck.sent !== sent || lastCheck.bytes !== bytes) this.lastCheck = { sent, bytes, sinceMs: nowMs };
    else if (nowMs - lastCheck.sinceMs > allowedMs + SILENCE_GRACE_MS) {
      const isReady = this.client.readyForQuery !== false;
      // Between two reads of a cursor it is the server that waits for the borrower, who may wait for a statement behind it.
      if (isReady ? this.holder !== undefined : this.submitted !== undefined) {
        this.dropPending(new PostgresCursorOpenError(`A statement was not sent within ${allowedMs} ms`));
      } else if (!isReady) this.destroySocket(new PostgresQueryTimeoutError(allowedMs, this.queryTimeoutOption));
    }
  }

  /** Rejects when the server does not answer. */
  ping(): Promise<void> {
    return this.run('SELECT 1').then(() => undefined);
  }

  /**
   * Ends the session, and cancels a running statement on the server. The promise, where the connection is still open,
   * resolves when the server has closed it, which it does when it counts it no more, or has taken too long for that.
   */
  close(): Promise<void> | undefined {
    this.dropPending(terminated());
    if (this.ended) return undefined;
    // Otherwise the socket would stay open for ever if the server did not close its side.
    const deadline = new Deadline(CANCEL_GRACE_MS, () => this.client.connection.stream.destroy()).unref();
    const closed = new Promise<void>((resolve) => {
      this.client.once('end', () => {
        deadline.clear();
        resolve();
      });
    });
    if (this.client.readyForQuery === false) this.endRunning();
    else void this.client.end().catch(() => undefined);
    return closed;
  }

  /** pg would cut the connection, on which the server may then work for a while longer. */
  private endRunning(): void {
    this.running?.(terminated(), undefined); // one that has been called takes no notice
    void requestCancel(this.client);
    this.client.connection.end();
  }

  /** No statement is running, and no cancel request can still arrive. */
  private get isQuiet(): boolean {
    return this.client.readyForQuery === true && this.cancelling === undefined;
  }

  private send(query: PgQuery | string, values: unknown, callback: PgCallback, comment: string): void {
    const isText = typeof query === 'string';
    const text = isText ? query : query.text;
    this.noteStatement(text, isText ? undefined : query.name);
    if (isText || !query.isPart) this.watch.sending(text, values ?? (isText ? undefined : query.values), comment);
    this.running = callback;
    if (comment === '') this.client.query(query, values, callback);
    else this.client.query(isText ? text + comment : { ...query, text: text + comment }, values, callback);
  }

  /** A prepared statement has none: under its name the text has to stay the same. A part has it in its text. */
  private commentFor(query: PgQuery | string): string {
    if (typeof query === 'string') return this.commentForText(query);
    return query.name === undefined && !query.isPart ? this.commentForText(query.text) : '';
  }

  commentForText(text: string): string {
    return this.options.observation.commentFor(text);
  }

  private sendSubmitted(submitted: SubmittedQuery): void {
    this.noteStatement(submitted.text, undefined);
    this.watch.submitting(submitted.text);
    this.running = undefined;
    this.submitted = submitted;
    submitted.noteSent();
    this.client.query(submitted.query);
  }

  /** Of the statement that was sent last and of those that wait. */
  private get callbacks(): PgCallback[] {
    const waiting = this.pending.flatMap((entry) => (entry instanceof SubmittedQuery ? [] : [entry.callback]));
    return this.running === undefined ? waiting : [this.running, ...waiting];
  }

  private get trafficBytes(): number {
    const { bytesRead, bytesWritten } = this.client.connection.stream;
    return bytesRead + bytesWritten;
  }

  private noteStatement(text: string, name: string | undefined): void {
    this.sent++;
    this.submitted = undefined;
    this.session.sending(text, name);
  }

  /** Called when the server is ready, after pg's own listener. That may have called back, and the callback have queried. */
  private readonly sendPending = (): void => {
    const next = this.isQuiet ? this.takePending() : undefined;
    if (next !== undefined) {
      try {
        if (next instanceof SubmittedQuery) this.sendSubmitted(next);
        else this.send(next.query, next.values, next.callback, next.comment);
      } catch (error) {
        this.drop(next, error as Error);
      }
    }
    if (this.pending.length > 0) this.awaitReady();
  };

  private takePending(): Pending | undefined {
    const { holder, pending } = this;
    if (holder === undefined) return pending.shift();
    const index = pending.findIndex((waiting) => !(waiting instanceof SubmittedQuery) && waiting.owner === holder);
    return index < 0 ? undefined : pending.splice(index, 1)[0];
  }

  private awaitReady(): void {
    if (this.isAwaitingReady) return;
    this.isAwaitingReady = true;
    this.client.connection.once('readyForQuery', this.onReady);
  }

  private readonly onReady = (): void => {
    this.isAwaitingReady = false;
    this.sendPending();
  };

  private dropPending(error: Error): void {
    for (const waiting of this.pending.splice(0)) this.drop(waiting, error);
  }

  private drop(waiting: Pending, error: Error): void {
    if (waiting instanceof SubmittedQuery) waiting.fail(error, this.client.connection);
    else waiting.callback(error, undefined);
  }

  /** Cancels the running statement on the server, and closes the connection if that does not end it in time. */
  private interrupt(): void {
    if (this.client.readyForQuery === true) return;
    this.cancelling ??= this.cancel().finally(() => {
      this.cancelling = undefined;
      this.sendPending();
    });
  }

  private async cancel(): Promise<void> {
    const ready = this.whenReady(CANCEL_GRACE_MS);
    await requestCancel(this.client);
    if (!(await ready)) this.destroySocket(new Error('A cancelled statement did not end; the connection was cut'));
  }

  private destroySocket(error: Error): void {
    this.client.connection.stream.destroy(error);
  }

  private async cleanUp(): Promise<boolean> {
    const tooLong = () => this.destroySocket(new Error('The session could not be cleaned in time'));
    const deadline = new Deadline(CLEAN_TIMEOUT_MS, tooLong);
    this.dropPending(new PostgresUnawaitedError(this.pending.length));
    this.holder = undefined;
    this.openStreams.clear();
    try {
      if (this.client.readyForQuery === false && this.submitted?.isOpen) {
        this.submitted.fail(new PostgresCursorOpenError('A connection was given back'), this.client.connection);
      }
      if (this.cancelling === undefined && !(await this.whenReady(UNAWAITED_GRACE_MS))) {
        if (this.running?.unanswered !== undefined) this.running(new PostgresUnawaitedError(1), undefined);
        this.interrupt();
      }
      await this.cancelling;
      if (this.client.getTransactionStatus() !== 'I') await this.run('ROLLBACK');
      if (this.session.refusedWrite && (await this.isReadOnlyNow()) && this.shouldLeaveServer(this)) return false;
      this.session.refusedWrite = false;
      const needsReset = this.session.needsReset || this.options.resetAlways;
      // Behind a PgBouncer the reset would be of some session, and the one that needs it is not ours any more.
      if (needsReset && this.options.pgbouncer) return false;
      if (needsReset) await this.run('DISCARD ALL');
      this.allowedMs = this.options.queryTimeoutMs;
      return this.isQuiet && this.client.getTransactionStatus() === 'I';
    } catch {
      return false; // a new connection is clean in any case
    } finally {
      deadline.clear();
    }
  }

  private async isReadOnlyNow(): Promise<boolean> {
    const { rows } = await this.run(IS_READ_ONLY);
    this.session.foundReadOnly = rows[0]?.answer === true;
    return this.session.foundReadOnly;
  }

  private run(text: string): Promise<{ rows: { answer?: unknown }[] }> {
    this.sent++; // otherwise the check for silence would count the time before, when the connection was idle
    this.submitted = this.running = undefined;
    return new Promise((resolve, reject) => {
      this.client.query(text, undefined, (error, result) => {
        if (error) reject(error);
        else resolve(result as { rows: { answer?: unknown }[] });
      });
    });
  }

  /** True as soon as the server waits for a statement; false after `timeoutMs` or when the connection has ended. */
  private whenReady(timeoutMs: number): Promise<boolean> {
    if (this.client.readyForQuery === true) return Promise.resolve(true);
    const { connection } = this.client;
    return new Promise((resolve) => {
      const deadline = new Deadline(timeoutMs, () => settle(false));
      const onReady = () => {
        if (this.client.readyForQuery === true) settle(true); // otherwise pg has sent the next of several statements
      };
      const onEnd = () => settle(false);
      const settle = (ready: boolean) => {
        deadline.clear();
        connection.off('readyForQuery', onReady);
        connection.off('end', onEnd);
        resolve(ready);
      };
      connection.on('readyForQuery', onReady);
      connection.on('end', onEnd);
    });
  }
}

function parameterCount(query: PgQuery | string, values: unknown): number {
  const given = values ?? (typeof query === 'string' ? undefined : query.values);
  return Array.isArray(given) ? given.length : 0;
}
