import { makeRowReader, type PgCallback, type PgQuery, type PgRowReader, type PgWire, prepareValue } from './pg-client';

/** What a portal asks and tells of the session it is in. */
export interface PortalSession {
  /** Outside of every transaction. */
  isIdle(): boolean;
  /** The portal is about to begin a transaction. */
  began(): void;
}

/**
 * One statement whose rows the server gives in parts. It is sent to pg's client once for each part and ends each with a
 * Sync: the server's timeout then counts the parts one by one, not the time in which nobody reads, and other statements
 * may run in between. A portal lasts as long as its transaction, so outside of one it begins its own.
 */
export class RowPortal implements PgQuery {
  readonly isPart = true;
  readonly values: readonly unknown[];
  /** Set by pg, for one part. */
  callback: PgCallback | undefined;
  /** It has begun a transaction, which is to be ended after it. */
  ownsTransaction = false;
  /** The server has it. */
  isOpen = false;
  /** All rows have been given. */
  isDone = false;
  /** What the server has worked for it, in ms. */
  busyMs = 0;
  rowCount = 0;
  private readonly reader: PgRowReader;
  private readonly portal = `performance_gateway_${++portals}`;
  private rows: unknown[] = [];
  private startedMs: number | undefined;
  /** Commands of its own that the server answers before the statement. */
  private ownCommands = 0;
  private failure: Error | undefined;

  constructor(
    readonly text: string,
    /** Added to the text. */
    readonly comment: string,
    { values = [], rowMode, types }: Pick<PgQuery, 'values' | 'rowMode' | 'types'>,
    private readonly batchRows: number,
    private readonly session: PortalSession,
  ) {
    this.values = values.map((value) => prepareValue(value));
    this.reader = makeRowReader(rowMode, types);
  }

  get wasSent(): boolean {
    return this.startedMs !== undefined;
  }

  /** Ends it, for the next part. */
  close(): void {
    this.isDone = true;
  }

  submit(wire: PgWire): void {
    this.startedMs = performance.now();
    this.rows = [];
    wire.stream.cork();
    if (!this.isOpen) this.open(wire);
    if (this.isDone) wire.close({ type: 'P', name: this.portal });
    else wire.execute({ portal: this.portal, rows: this.batchRows });
    wire.sync();
    wire.stream.uncork();
  }

  handleRowDescription({ fields }: { readonly fields: readonly unknown[] }): void {
    this.reader.addFields(fields);
  }

  handleDataRow({ fields }: { readonly fields: readonly unknown[] }): void {
    if (this.failure !== undefined) return;
    try {
      this.rows.push(this.reader.parseRow(fields));
    } catch (error) {
      this.failure = error as Error;
    }
  }

  handleCommandComplete(): void {
    if (this.ownCommands > 0) this.ownCommands--;
    else this.isDone = true;
  }

  handleEmptyQuery(): void {
    this.isDone = true;
  }

  handlePortalSuspended(): void {
    // The Sync after it is answered as well.
  }

  handleCopyInResponse(wire: PgWire): void {
    wire.sendCopyFail('rows cannot be read of it');
  }

  handleCopyData(): void {
    // COPY has no rows.
  }

  handleError(error: Error): void {
    this.isOpen = false;
    this.settle(error);
  }

  handleReadyForQuery(): void {
    this.settle(this.failure);
  }

  private open(wire: PgWire): void {
    this.isOpen = true;
    if (this.session.isIdle()) {
      this.ownsTransaction = true;
      this.session.began();
      this.ownCommands = 1;
      wire.parse({ text: 'BEGIN' });
      wire.bind({});
      wire.execute({});
    }
    wire.parse({ text: this.text + this.comment });
    wire.bind({ portal: this.portal, values: this.values });
    wire.describe({ type: 'P', name: this.portal });
  }

  private settle(error: Error | undefined): void {
    const { callback, rows } = this;
    this.busyMs += performance.now() - this.startedMs!;
    this.rowCount += rows.length;
    this.callback = undefined; // pg takes a new one only where there is none
    this.rows = [];
    callback?.(error, rows);
  }
}

/** Each has a name of its own, since several may be open in one transaction. */
let portals = 0;
