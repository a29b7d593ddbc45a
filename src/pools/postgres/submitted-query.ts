import type { Submittable } from 'pg';

/** What cursors, query streams and COPY streams have, each some of it. */
interface Parts {
  readonly text?: string;
  readonly state?: unknown;
  /** A query stream reads through a cursor. */
  readonly cursor?: Parts;
  readonly readableEnded?: boolean;
  readonly writableFinished?: boolean;
  readonly destroyed?: boolean;
  destroy?(error: Error): unknown;
  write?: unknown;
  on?(event: 'error', listener: () => void): unknown;
  handleError?(error: Error, connection: unknown): void;
}

/** A query object made for pg that speaks the protocol itself: a cursor, a query stream, a COPY stream. */
export class SubmittedQuery {
  private readonly parts: Parts;
  private sent = false;

  constructor(readonly query: Submittable) {
    this.parts = query as Parts;
  }

  get text(): string {
    return this.parts.text ?? this.parts.cursor?.text ?? '';
  }

  /** Whether it may still be read or written, which only its holder can end. */
  get isOpen(): boolean {
    const { state } = this.parts.cursor ?? this.parts;
    if (typeof state === 'string') return state !== 'done' && state !== 'error';
    const { readableEnded, writableFinished, destroyed } = this.parts;
    return typeof this.parts.destroy === 'function' && !readableEnded && !writableFinished && !destroyed;
  }

  noteSent(): void {
    this.sent = true;
  }

  /** Ends it with an error that its readers get. It asks the server to end as well, where it has been sent. */
  fail(error: Error, connection: unknown): void {
    const { parts } = this;
    if (typeof parts.destroy !== 'function') return parts.handleError?.(error, connection);
    parts.on?.('error', () => undefined); // nobody may be listening any more
    parts.destroy(error);
    // A COPY that was never sent waits for the server's answer before it is destroyed.
    if (!this.sent && typeof parts.write === 'function') parts.handleError?.(error, connection);
  }
}

export const isSubmittable = (query: unknown): query is Submittable =>
  typeof (query as Submittable | null | undefined)?.submit === 'function';
