import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Clock } from '../../common/clock';
import { Deadline } from '../../common/deadline';
import { ContentDecoding } from './content-decoding';
import { HttpResponseUnreadError, type HttpTargetFacts, HttpTimeoutError } from './http.errors';
import { HttpResponseStream } from './http-response-stream';
import { asIncomingHeaders } from './response-headers';

/** The reader of an answer wants no more of it, which says nothing about the server. */
export class AnswerLeftError extends Error {
  constructor() {
    super('The answer is not wanted any more');
  }
}

export interface ResponseStreamerOptions {
  readonly target: HttpTargetFacts;
  readonly url: string;
  readonly decompress: boolean;
  readonly maxResponseBytes: number;
  /** How long (ms) no byte need be moved, neither by the server nor by the reader. */
  readonly stallTimeoutMs: number;
}

/** Passes an answer on as it comes, no faster than it is read, and ends it when no byte is moved for too long. */
export class ResponseStreamer implements Dispatcher.DispatchHandler {
  private body: Readable | undefined;
  private complete = false;
  private movedMs = 0;
  private idle: Deadline | undefined;

  constructor(
    private readonly options: ResponseStreamerOptions,
    private readonly clock: Clock,
    /** Ends the exchange. */
    private readonly abort: (error: Error) => void,
    private readonly resolve: (response: HttpResponseStream) => void,
    private readonly reject: (error: Error) => void,
  ) {}

  onResponseStart(controller: Dispatcher.DispatchController, status: number, received: IncomingHttpHeaders): void {
    if (status < 200) return;
    const { target, url, decompress, maxResponseBytes } = this.options;
    const headers = asIncomingHeaders(received);
    const body = new Readable({
      read: () => {
        this.movedMs = this.clock.monotonic();
        controller.resume();
      },
      destroy: (error, done) => {
        if (!this.complete) this.abort(new AnswerLeftError());
        done(error);
      },
    });
    this.body = body;
    this.watch(controller);
    const decoding = decompress ? ContentDecoding.of(headers, target, maxResponseBytes) : undefined;
    const [shown, read] = decoding ? [decoding.headers(headers), decoding.stream(body)] : [headers, body];
    this.resolve(new HttpResponseStream(status, shown, read, target.origin, url));
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.movedMs = this.clock.monotonic();
    if (!this.body!.push(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    this.end();
    this.body?.push(null);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.end();
    if (this.body === undefined) this.reject(error);
    else this.body.destroy(error instanceof AnswerLeftError ? undefined : error);
  }

  private end(): void {
    this.complete = true;
    this.idle?.clear();
  }

  private watch(controller: Dispatcher.DispatchController): void {
    const { stallTimeoutMs, target } = this.options;
    this.movedMs = this.clock.monotonic();
    const waitFor = (ms: number): void => {
      this.idle = new Deadline(ms, () => {
        const leftMs = this.movedMs + stallTimeoutMs - this.clock.monotonic();
        if (leftMs > 0) return waitFor(leftMs);
        this.abort(
          controller.paused
            ? new HttpResponseUnreadError(target, stallTimeoutMs)
            : new HttpTimeoutError(target, stallTimeoutMs, 'stallTimeoutMs'),
        );
      }).unref();
    };
    waitFor(stallTimeoutMs);
  }
}
