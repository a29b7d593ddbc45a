import type { Submittable } from 'pg';
import type { Clock } from '../../common/clock';
import { requestCancel } from './cancel-request';
import type { PgCallback, PgClient, PgQuery } from './pg-client';
import { PostgresQueryTimeoutError } from './postgres.errors';
import { tagChangesSession, textChangesSession } from './session-change';

/** What cleaning a connection may take; a server that needs longer gets a new connection instead. */
const CLEAN_TIMEOUT_MS = 2_000;
/** How long a cancelled statement has to end before its connection is cut. */
const CANCEL_GRACE_MS = 1_000;
/** How much later than the server's own statement timeout a silent server is given up. */
const SILENCE_GRACE_MS = 1_000;
/** Reported when the server's role changes, not because somebody set it. */
const SERVER_PARAMETERS = new Set(['in_hot_standby', 'default_transaction_read_only']);

const IS_READ_ONLY = `SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool AS answer`;

/**
 * One connection to PostgreSQL that knows whether it can be lent again: it watches what passes for open transactions,
 * changed session state and refused writes, and can cancel what it runs.
 */
export class PostgresConnection {
  /** Which of the server's parameters say that it takes no writes (reported since PostgreSQL 14). */
  private readonly readOnlyBy = new Set<string>();
  private foundReadOnly = false;
  /** The parameters the server reports, as they were when the session began, and those that differ by now. */
  private readonly initial = new Map<string, string>();
  private readonly deviating = new Set<string>();
  private begun = false;
  /** A statement was seen that leaves something behind. */
  private changed = false;
  private refusedWrite = false;
  private text = '';
  private sentAtMs = 0;
  /** Set while a cancel request is under way; the next statement waits for it, so that it cannot be hit by it. */
  private cancelling: Promise<void> | undefined;

  constructor(
    readonly client: PgClient,
    private readonly options: { readonly queryTimeoutMs: number; readonly resetAlways: boolean },
    private readonly clock: Clock,
    /** Asked when the server turned out to be read-only: whether to leave it. */
    private readonly leaves: (connection: PostgresConnection) => boolean,
  ) {
    const { connection } = client;
    connection.on('commandComplete', ({ text }: { text: string }) => {
      if (text === 'DISCARD ALL') this.forgetSession();
      else if (tagChangesSession(text, this.text)) this.changed = true;
    });
    connection.on('parameterStatus', (report: ParameterStatus) => this.parameterReported(report));
    connection.on('errorMessage', ({ code, routine }: { code?: string; routine?: string }) => {
      if (code === '25006') this.refusedWrite = true;
      if (code === '26000' || routine === 'RevalidateCachedQuery') this.changed = true;
    });
  }

  /** True while the server says that it takes no writes. */
  get readOnly(): boolean {
    return this.foundReadOnly || this.readOnlyBy.size > 0;
  }

  /** To be called when the session has begun: what was reported until now is how it starts. */
  opened(): this {
    this.begun = true;
    return this;
  }

  /** True when nothing is under way and no cancel request may still arrive. */
  get isQuiet(): boolean {
    return this.client.readyForQuery === true && this.cancelling === undefined;
  }

  /** Sends a statement. `callback` may be called before the server is ready for the next one. */
  query(query: PgQuery | string, values: unknown, callback: PgCallback): void {
    if (this.cancelling !== undefined) {
      void this.cancelling.then(() => this.send(query, values, callback));
    } else this.send(query, values, callback);
  }

  /** Hands a query object of pg's ecosystem (a cursor, a stream) to the client. */
  submit<T extends Submittable>(query: T): T {
    const { text, cursor } = query as { text?: string; cursor?: { text?: string } };
    this.note(text ?? cursor?.text ?? '');
    return this.client.query(query);
  }

  get queryTimeoutMs(): number {
    return this.options.queryTimeoutMs;
  }

  /** Cancels on the server what runs now, and cuts the connection if that does not help within a second. */
  interrupt(): void {
    if (this.client.readyForQuery === true) return;
    this.cancelling ??= this.cancel().finally(() => {
      this.cancelling = undefined;
    });
  }

  /** Whether the connection can be lent again at once; a promise when it has to be cleaned first. */
  clean(): boolean | Promise<boolean> {
    const status = this.client.getTransactionStatus();
    if (this.isQuiet && status === 'I' && !this.needsReset && !this.refusedWrite) return true;
    return this.cleanUp();
  }

  /** Cuts the connection if the server has been silent beyond the timeout it should have kept itself. */
  giveUpOnSilence(): void {
    if (this.client.readyForQuery !== false) return;
    const { queryTimeoutMs } = this.options;
    if (this.clock.monotonic() - this.sentAtMs > queryTimeoutMs + SILENCE_GRACE_MS) {
      this.cut(new PostgresQueryTimeoutError(queryTimeoutMs));
    }
  }

  /** Rejects when the server does not answer. */
  ping(): Promise<void> {
    return this.run('SELECT 1').then(() => undefined);
  }

  /** Ends the session; a statement under way is cancelled on the server, so that it does not go on for nobody. */
  close(): void {
    if (this.client.readyForQuery === false) void requestCancel(this.client);
    void this.client.end().catch(() => undefined);
    // A server that does not close its side would keep the socket for ever.
    const timer = setTimeout(() => this.client.connection.stream.destroy(), CANCEL_GRACE_MS);
    timer.unref();
    this.client.once('end', () => clearTimeout(timer));
  }

  private cut(error: Error): void {
    this.client.connection.stream.destroy(error);
  }

  private send(query: PgQuery | string, values: unknown, callback: PgCallback): void {
    this.note(typeof query === 'string' ? query : query.text);
    this.client.query(query, values, callback);
  }

  private note(text: string): void {
    this.text = text;
    this.sentAtMs = this.clock.monotonic();
    if (!this.changed && textChangesSession(text)) this.changed = true;
  }

  private async cancel(): Promise<void> {
    const ready = this.untilReady(CANCEL_GRACE_MS);
    await requestCancel(this.client);
    if (!(await ready)) this.cut(new Error('A cancelled statement did not end; the connection was cut'));
  }

  private async cleanUp(): Promise<boolean> {
    const deadline = setTimeout(
      () => this.cut(new Error('The session could not be cleaned in time')),
      CLEAN_TIMEOUT_MS,
    );
    try {
      // A statement nobody awaited gets the time of a cancelled one, then it is cancelled.
      if (this.cancelling === undefined && !(await this.untilReady(CANCEL_GRACE_MS / 2))) this.interrupt();
      await this.cancelling;
      if (this.client.getTransactionStatus() !== 'I') await this.run('ROLLBACK');
      if (this.refusedWrite && (await this.isReadOnlyNow()) && this.leaves(this)) return false;
      this.refusedWrite = false;
      if (this.needsReset) await this.run('DISCARD ALL');
      return this.isQuiet && this.client.getTransactionStatus() === 'I';
    } catch {
      return false; // whatever went wrong: a new connection is clean
    } finally {
      clearTimeout(deadline);
    }
  }

  private async isReadOnlyNow(): Promise<boolean> {
    const { rows } = await this.run(IS_READ_ONLY);
    this.foundReadOnly = rows[0]?.answer === true;
    return this.foundReadOnly;
  }

  private run(text: string): Promise<{ rows: { answer?: unknown }[] }> {
    return new Promise((resolve, reject) => {
      this.client.query(text, undefined, (error, result) => {
        if (error) reject(error);
        // The callback of a failed statement comes before the server is ready, that of a successful one after.
        else resolve(result as { rows: { answer?: unknown }[] });
      });
    });
  }

  /** True as soon as the server waits for a statement; false after `timeoutMs` or when the connection ended. */
  private untilReady(timeoutMs: number): Promise<boolean> {
    if (this.client.readyForQuery === true) return Promise.resolve(true);
    const { connection } = this.client;
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(false), timeoutMs);
      const onReady = () => {
        if (this.client.readyForQuery === true) settle(true); // else the next one of several went out
      };
      const onEnd = () => settle(false);
      const settle = (ready: boolean) => {
        clearTimeout(timer);
        connection.off('readyForQuery', onReady);
        connection.off('end', onEnd);
        resolve(ready);
      };
      connection.on('readyForQuery', onReady);
      connection.on('end', onEnd);
    });
  }

  private get needsReset(): boolean {
    return this.changed || this.deviating.size > 0 || this.options.resetAlways;
  }

  private parameterReported({ parameterName: name, parameterValue: value }: ParameterStatus): void {
    if (SERVER_PARAMETERS.has(name)) {
      if (value === 'on') this.readOnlyBy.add(name);
      else this.readOnlyBy.delete(name);
    } else if (!this.begun) this.initial.set(name, value);
    else if (this.initial.get(name) === value) this.deviating.delete(name);
    else this.deviating.add(name);
  }

  private forgetSession(): void {
    this.changed = false;
    // DISCARD ALL deallocates what the client believes to be prepared.
    this.client.connection.parsedStatements = {};
    this.client.connection.submittedNamedStatements = {};
  }
}

interface ParameterStatus {
  readonly parameterName: string;
  readonly parameterValue: string;
}
