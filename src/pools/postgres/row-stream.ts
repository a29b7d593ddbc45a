import type { RowCursor } from './row-cursor';

export interface StreamOptions {
  /** What one part of the rows may take (ms), as for a statement; the time in which nobody reads does not count. */
  readonly timeoutMs?: number | undefined;
  /** How many rows are read at once, and kept in memory at most. Default 100. */
  readonly batchRows?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Where the rows of a stream come from. */
export interface RowSource {
  /** Called once, when the first rows are asked for. */
  open(signal: AbortSignal): RowCursor | Promise<RowCursor>;
  /** Called once at the end. */
  release?(): void;
}

/**
 * The rows of one statement, read as they are asked for: whoever reads slowly is not overtaken. What it holds on the
 * server ends with it: after the last row, and when its reader breaks off, throws or aborts.
 */
export class RowStream<Row> implements AsyncIterableIterator<Row>, AsyncDisposable {
  private rows: readonly Row[] = [];
  private at = 0;
  private readonly stop = new AbortController();
  private cursor: RowCursor | undefined;
  private opening: Promise<RowCursor> | undefined;
  /** The rows that were asked for before somebody read. */
  private first: Promise<readonly Row[]> | undefined;
  /** One call after the other. */
  private turn: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private reading = false;
  private ended: Promise<void> | undefined;
  /** What the next call of `next` throws. */
  private failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly source: RowSource,
    private readonly signal: AbortSignal | undefined,
  ) {
    if (signal?.aborted) this.onAbort();
    else signal?.addEventListener('abort', this.onAbort, { once: true });
  }

  /** Asks for the first rows now, so that what is sent later runs later. */
  begin(): this {
    if (this.ended !== undefined) return this;
    this.first = this.read();
    this.first.catch(() => undefined); // thrown to the reader
    return this;
  }

  next(): Promise<IteratorResult<Row, undefined>> {
    if (this.at < this.rows.length && this.waiting === 0) {
      return Promise.resolve({ value: this.rows[this.at++]!, done: false });
    }
    this.waiting++;
    const step = this.turn.then(() => this.advance()).finally(() => this.waiting--);
    this.turn = step.catch(() => undefined);
    return step;
  }

  /** Ends it before its last row; what its statement has changed stays. */
  async return(): Promise<IteratorResult<Row, undefined>> {
    const isReading = this.reading || this.waiting > 0;
    const cancelled = isReading && (this.cursor?.mayCancel ?? true);
    if (cancelled) this.stop.abort(new Error('The stream was ended by its reader'));
    else if (isReading) await this.turn;
    this.rows = [];
    await this.end(cancelled);
    if (this.signal?.aborted) this.failure = undefined;
    this.throwFailure();
    return DONE;
  }

  /** Ends it because its reader has failed. */
  async throw(error: unknown): Promise<IteratorResult<Row, undefined>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  private async advance(): Promise<IteratorResult<Row, undefined>> {
    while (this.at >= this.rows.length) {
      if (this.ended !== undefined) {
        await this.ended;
        this.throwFailure();
        return DONE;
      }
      const rows = await (this.first ?? this.read());
      this.first = undefined;
      if (this.stop.signal.aborted) continue;
      this.rows = rows;
      this.at = 0;
    }
    return { value: this.rows[this.at++]!, done: false };
  }

  private async read(): Promise<readonly Row[]> {
    this.reading = true;
    try {
      const { signal } = this.stop;
      // Without a turn of the event loop in between where that can be: on a lease the order of the calls is kept.
      if (this.cursor === undefined) {
        const opening = this.source.open(signal);
        if (opening instanceof Promise) this.opening = opening;
        this.cursor = opening instanceof Promise ? await opening : opening;
      }
      const rows = await this.cursor.read(signal);
      // With its last rows it gives back what it holds, however late they are read.
      if (this.cursor.isDone) void this.end(false);
      return rows as readonly Row[];
    } catch (error) {
      const wasEnded = this.ended !== undefined;
      await this.end(true);
      if (wasEnded) return []; // by its reader, or with a failure that is thrown next
      throw error;
    } finally {
      this.reading = false;
    }
  }

  /** Ends the cursor; a failure of that is thrown by `next`. */
  private end(failed: boolean): Promise<void> {
    if (this.ended === undefined) {
      this.signal?.removeEventListener('abort', this.onAbort);
      if (failed) this.rows = [];
      this.ended = this.close(failed);
    }
    return this.ended;
  }

  private throwFailure(): void {
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure.error;
  }

  private async close(failed: boolean): Promise<void> {
    const cursor = this.cursor ?? (await this.opening?.catch(() => undefined));
    try {
      await cursor?.end(failed);
    } catch (error) {
      this.failure = { error };
    } finally {
      this.source.release?.();
    }
  }

  private readonly onAbort = (): void => {
    const { reason } = this.signal!;
    this.failure = { error: reason };
    this.stop.abort(reason);
    void this.end(true);
  };
}

const DONE = { value: undefined, done: true } as const;
