import type { Submittable } from 'pg';
import { Deadline } from '../../common/deadline';
import { requestCancel } from './cancel-request';
import type { PgCallback, PgClient, PgQuery } from './pg-client';
import { PostgresQueryTimeoutError } from './postgres.errors';
import { SessionWatch } from './session-watch';

/** How long the cleaning of a connection may take; after that it is closed. */
const CLEAN_TIMEOUT_MS = 2_000;
/** How long a statement that the borrower did not await may go on after the release. */
const UNAWAITED_GRACE_MS = 500;
/** How long a cancelled statement may take to end; after that its connection is closed. */
const CANCEL_GRACE_MS = 1_000;
/** How long after its own statement timeout a server must have answered; else its connection is closed. */
const SILENCE_GRACE_MS = 1_000;

const IS_READ_ONLY = `SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool AS answer`;

interface PendingStatement {
  readonly query: PgQuery | string;
  readonly values: unknown;
  readonly callback: PgCallback;
}

/**
 * One connection to PostgreSQL. It sends one statement at a time, can cancel the running one on the server, and knows
 * whether it may be lent again.
 */
export class PostgresConnection {
  readonly session: SessionWatch;
  /** The number of statements sent; and that number at the last check for silence, and since when it is the same. */
  private sent = 0;
  private lastCheck = { sent: 0, sinceMs: 0 };
  /** The last statement is a cursor or a stream. */
  private streaming = false;
  private ended = false;
  /** Statements that wait until the running one has ended, or until a cancel request can no longer hit them. */
  private readonly pending: PendingStatement[] = [];
  private cancelling: Promise<void> | undefined;

  constructor(
    readonly client: PgClient,
    private readonly options: { readonly queryTimeoutMs: number; readonly resetAlways: boolean },
    /** Whether to close this connection, now that its server is found to be read-only. */
    private readonly shouldLeaveServer: (connection: PostgresConnection) => boolean,
  ) {
    this.session = new SessionWatch(client);
    client.once('end', () => {
      this.ended = true;
      this.dropPending(new Error('Connection terminated'));
    });
  }

  /** Sends a statement after the earlier ones. `callback` may be called before the server is ready for the next one. */
  query(query: PgQuery | string, values: unknown, callback: PgCallback): void {
    // A client that has ended calls back at once with its error.
    if (this.ended || (this.isQuiet && this.pending.length === 0)) return this.send(query, values, callback);
    this.pending.push({ query, values, callback });
    if (this.pending.length === 1) this.client.connection.once('readyForQuery', this.sendPending);
  }

  /**
   * Withdraws the statement that was passed with `callback`: it is not sent, or cancelled on the server.
   */
  withdraw(callback: PgCallback): void {
    const index = this.pending.findIndex((statement) => statement.callback === callback);
    if (index >= 0) this.pending.splice(index, 1);
    else this.interrupt();
  }

  /** Passes a query object made for pg (a cursor, a stream) to the client. */
  submit<T extends Submittable>(query: T): T {
    const { text, cursor } = query as { text?: string; cursor?: { text?: string } };
    this.noteStatement(text ?? cursor?.text ?? '', undefined);
    this.streaming = true;
    return this.client.query(query);
  }

  get queryTimeoutMs(): number {
    return this.options.queryTimeoutMs;
  }

  /** Whether the connection can be lent again; a promise when it must be cleaned first. */
  clean(): boolean | Promise<boolean> {
    const { session, pending } = this;
    const untouched = !session.needsReset && !session.refusedWrite && !this.options.resetAlways;
    if (untouched && this.isQuiet && pending.length === 0 && this.client.getTransactionStatus() === 'I') return true;
    return this.cleanUp();
  }

  /** To be called at intervals: closes the connection if the server has not kept its own statement timeout. */
  closeIfSilent(nowMs: number): void {
    const { queryTimeoutMs } = this.options;
    // Between two reads of a cursor it is the server that waits for the borrower.
    if (this.lastCheck.sent !== this.sent || this.streaming) this.lastCheck = { sent: this.sent, sinceMs: nowMs };
    else if (
      this.client.readyForQuery === false &&
      nowMs - this.lastCheck.sinceMs > queryTimeoutMs + SILENCE_GRACE_MS
    ) {
      this.destroySocket(new PostgresQueryTimeoutError(queryTimeoutMs));
    }
  }

  /** Rejects when the server does not answer. */
  ping(): Promise<void> {
    return this.run('SELECT 1').then(() => undefined);
  }

  /** Ends the session, and cancels a running statement on the server. */
  close(): void {
    this.dropPending(new Error('Connection terminated'));
    if (this.client.readyForQuery === false) void requestCancel(this.client);
    void this.client.end().catch(() => undefined);
    // Otherwise the socket would stay open for ever if the server did not close its side.
    const deadline = new Deadline(CANCEL_GRACE_MS, () => this.client.connection.stream.destroy()).unref();
    this.client.once('end', () => deadline.clear());
  }

  /** No statement is running, and no cancel request can still arrive. */
  private get isQuiet(): boolean {
    return this.client.readyForQuery === true && this.cancelling === undefined;
  }

  private send(query: PgQuery | string, values: unknown, callback: PgCallback): void {
    if (typeof query === 'string') this.noteStatement(query, undefined);
    else this.noteStatement(query.text, query.name);
    this.client.query(query, values, callback);
  }

  private noteStatement(text: string, name: string | undefined): void {
    this.sent++;
    this.streaming = false;
    this.session.sending(text, name);
  }

  /** Called when the server is ready, after pg's own listener. That may have called back, and the callback have queried. */
  private readonly sendPending = (): void => {
    if (this.pending.length === 0) return;
    if (this.isQuiet) {
      const { query, values, callback } = this.pending.shift()!;
      try {
        this.send(query, values, callback);
      } catch (error) {
        callback(error as Error, undefined);
      }
    }
    if (this.pending.length > 0) this.client.connection.once('readyForQuery', this.sendPending);
  };

  private dropPending(error: Error): void {
    for (const { callback } of this.pending.splice(0)) callback(error, undefined);
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
    this.dropPending(new Error('The lease was released before this statement was sent'));
    try {
      if (this.cancelling === undefined && !(await this.whenReady(UNAWAITED_GRACE_MS))) this.interrupt();
      await this.cancelling;
      if (this.client.getTransactionStatus() !== 'I') await this.run('ROLLBACK');
      if (this.session.refusedWrite && (await this.isReadOnlyNow()) && this.shouldLeaveServer(this)) return false;
      this.session.refusedWrite = false;
      if (this.session.needsReset || this.options.resetAlways) await this.run('DISCARD ALL');
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
    this.streaming = false;
    this.sent++; // otherwise the check for silence would count the time before, when the connection was idle
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
