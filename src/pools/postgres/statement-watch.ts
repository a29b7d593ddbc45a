import type { PgClient } from './pg-client';
import type { SlowQueries, SlowStatement } from './slow-queries';
import type { StatementFigures } from './statement-figures';

/**
 * Measures the statements of one connection by what the server answers: also cursors, streams and COPY, and statements
 * that nobody waits for. No callback is wrapped and nothing allocated for a statement.
 */
export class StatementWatch {
  /** Of the statement that runs: as it was given, without the comment that was added to it. */
  private text: string | undefined;
  private values: unknown;
  private comment = '';
  private startedMs = 0;
  /** As the server says at the end of each command; and those that were counted one by one. */
  private rows = 0;
  private countedRows = 0;
  private isCounting = false;

  /** To be constructed before the client connects, so that a figure is complete when the caller goes on. */
  constructor(
    private readonly client: PgClient,
    private readonly figures: StatementFigures,
    private readonly slow: SlowQueries | undefined,
  ) {
    const { connection } = client;
    connection.on('commandComplete', ({ text }: { text: string }) => {
      this.rows += rowsOf(text);
    });
    connection.on('errorMessage', () => this.ended(true));
    connection.on('readyForQuery', () => this.ended(false));
    client.once('end', () => this.ended(true));
  }

  /** To be called when a statement is sent. */
  sending(text: string, values: unknown, comment: string): void {
    this.text = text;
    this.values = values;
    this.comment = comment;
    this.rows = 0;
    this.startedMs = performance.now();
  }

  /** The same for a cursor or a stream, which reads in parts: the server says of the last part how many rows it had. */
  submitting(text: string): void {
    this.sending(text, undefined, '');
    this.isCounting = true;
    this.client.connection.on('dataRow', this.countRow);
  }

  private readonly countRow = (): void => {
    this.countedRows++;
  };

  private stopCounting(): void {
    this.client.connection.off('dataRow', this.countRow);
    this.isCounting = false;
    this.countedRows = 0;
  }

  private ended(failed: boolean): void {
    const { text, values, comment } = this;
    if (text === undefined) return;
    const endMs = performance.now();
    const durationMs = endMs - this.startedMs;
    const rows = Math.max(this.rows, this.countedRows);
    this.text = this.values = undefined;
    if (this.isCounting) this.stopCounting();
    const { slow } = this;
    const figure = this.figures.record(text, durationMs, endMs, rows, failed);
    if (slow !== undefined && durationMs >= slow.thresholdMs) {
      slow.saw({ figure, text, values, comment, durationMs, rows, failed });
    }
  }

  /** Counts a statement that has measured itself. */
  ran(statement: Omit<SlowStatement, 'figure'>, endMs: number): void {
    const { text, durationMs, rows, failed } = statement;
    const figure = this.figures.record(text, durationMs, endMs, rows, failed);
    if (this.slow !== undefined && durationMs >= this.slow.thresholdMs) this.slow.saw({ figure, ...statement });
  }
}

/** What ends the tag of a command: 5 of `INSERT 0 5`. */
function rowsOf(tag: string): number {
  let rows = 0;
  let place = 1;
  for (let at = tag.length - 1; at >= 0; at--) {
    const digit = tag.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) break;
    rows += digit * place;
    place *= 10;
  }
  return rows;
}
