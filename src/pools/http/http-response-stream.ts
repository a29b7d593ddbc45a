import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

/** How much of a body is read in order to keep its connection, when nobody wants it. */
const MAX_DISCARDED_BYTES = 64 * 1_024;

/**
 * An answer whose body is read as it comes. Read it to its end or destroy it: until then it keeps its connection, at
 * most for `stallTimeoutMs` without a byte being moved.
 */
export class HttpResponseStream implements AsyncDisposable {
  /** Attempts it took, the first included; of the last request, where redirects were followed. */
  attempts = 1;
  /** Whether its connection had served a request before. */
  reused = false;
  /** How many redirects led to it. */
  redirects = 0;

  constructor(
    readonly status: number,
    /** By name in lower case: `set-cookie` is an array, every other one a text, of several lines joined by commas. */
    readonly headers: IncomingHttpHeaders,
    /** Fails with `HttpExchangeError`, `HttpTimeoutError`, `HttpDecodingError`, `HttpResponseTooLargeError` or the signal's reason. */
    readonly body: Readable,
    /** The origin that answered. */
    readonly origin: string,
    /** The URL it is the answer to. */
    readonly url: string,
  ) {}

  /** Whether the status is 2xx. */
  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  /** Gives its connection back without reading the body: what is left of a small one is read, else it is closed. */
  discard(): void {
    let bytes = 0;
    this.body.on('error', () => undefined);
    this.body.on('data', ({ length }: Buffer) => {
      bytes += length;
      if (bytes > MAX_DISCARDED_BYTES) this.body.destroy();
    });
  }

  /** Ends the body, if it has not been read to its end. */
  [Symbol.asyncDispose](): Promise<void> {
    this.body.on('error', () => undefined).destroy();
    return Promise.resolve();
  }
}
