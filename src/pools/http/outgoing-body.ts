import type { EventEmitter } from 'node:events';

/** What a body may be that is read while it is sent: a stream of Node or of the web, or a generator. */
export type BodyStream = AsyncIterable<string | Uint8Array>;

/** The body of a request as a stream. It is read once, when it is sent, and no faster than the server takes it. */
export class OutgoingBody implements AsyncIterable<string | Uint8Array> {
  /** It has been read from, so it cannot be sent again. */
  hasBegun = false;
  /** What its source has failed with. */
  failure: unknown;
  private stopped = false;
  private wake: (() => void) | undefined;

  constructor(private readonly source: BodyStream) {
    // A stream may fail before it is read, and nobody else listens.
    (source as Partial<EventEmitter>).on?.('error', (error: unknown) => (this.failure ??= error));
  }

  /** Undefined for a body that is no stream. */
  static of(body: string | Uint8Array | BodyStream | undefined): OutgoingBody | undefined {
    const isStream = typeof body === 'object' && Symbol.asyncIterator in body;
    return isStream ? new OutgoingBody(body) : undefined;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string | Uint8Array> {
    this.hasBegun = true;
    const chunks = this.source[Symbol.asyncIterator]();
    try {
      for (;;) {
        const step = await this.unlessStopped(chunks.next());
        if (step === undefined || step.done) return;
        yield step.value;
      }
    } catch (error) {
      this.failure ??= error;
      throw error;
    } finally {
      if (this.stopped) this.endSource();
      void Promise.resolve(chunks.return?.()).catch(() => undefined);
    }
  }

  /** Reads no more of it: nobody is there to take it. */
  stop(): void {
    this.stopped = true;
    this.wake?.();
    if (!this.hasBegun) this.endSource();
  }

  private unlessStopped<T>(step: Promise<T>): Promise<T | undefined> {
    if (this.stopped) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      this.wake = () => resolve(undefined);
      step.then(resolve, reject);
    });
  }

  /** Ends what has no iterator that could be ended, or one that waits for its next chunk. */
  private endSource(): void {
    const { destroy, cancel, locked } = this.source as {
      destroy?: () => void;
      cancel?: () => Promise<void>;
      locked?: boolean;
    };
    destroy?.call(this.source);
    if (locked === false) cancel?.call(this.source).catch(() => undefined);
  }
}
