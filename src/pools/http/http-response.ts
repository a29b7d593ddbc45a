import type { IncomingHttpHeaders } from 'node:http';

/** A complete answer. Every status is an answer, none is an error. */
export class HttpResponse {
  /** Attempts it took, the first included. */
  attempts = 1;
  /** Whether its connection had served a request before. */
  reused = false;
  /** How many redirects led to it. */
  redirects = 0;

  constructor(
    readonly status: number,
    /** By name in lower case: `set-cookie` is an array, every other one a text, of several lines joined by commas. */
    readonly headers: IncomingHttpHeaders,
    readonly body: Buffer,
    /** The origin that answered. */
    readonly origin: string,
    /** The URL it is the answer to. */
    readonly url: string,
  ) {}

  /** Whether the status is 2xx. */
  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  text(): string {
    return this.body.toString('utf8');
  }

  /** The body as JSON; its shape is for the caller to check. @throws SyntaxError */
  json(): unknown {
    return JSON.parse(this.text());
  }
}
