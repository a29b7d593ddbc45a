import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { ContentDecoding } from './content-decoding';
import { HttpResponse } from './http-response';
import { asIncomingHeaders } from './response-headers';

type Headers = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];
const NOTHING = Buffer.alloc(0);

/** Collects a whole answer, so that no body is ever left unread on its connection. */
export class ResponseCollector implements Dispatcher.DispatchHandler {
  private status = 0;
  private headers: Headers = {};
  private readonly chunks: Buffer[] = [];

  constructor(
    private readonly origin: string,
    private readonly url: string,
    /** Undoes the encoding of the body, where there is one. */
    private readonly decodingOf: (headers: IncomingHttpHeaders) => ContentDecoding | undefined,
    private readonly resolve: (response: HttpResponse) => void,
    private readonly reject: (error: Error) => void,
  ) {}

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    this.status = status;
    this.headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    // Chunks are views of the buffers the socket has read into; a copy keeps no 64 KiB alive for a body of ten bytes.
    const body = this.chunks.length === 0 ? NOTHING : Buffer.concat(this.chunks);
    const headers = asIncomingHeaders(this.headers);
    const decoding = body.length === 0 ? undefined : this.decodingOf(headers);
    if (decoding === undefined) return this.answer(headers, body);
    decoding.bytes(body).then((decoded) => this.answer(decoding.headers(headers), decoded), this.reject);
  }

  private answer(headers: IncomingHttpHeaders, body: Buffer): void {
    this.resolve(new HttpResponse(this.status, headers, body, this.origin, this.url));
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.reject(error);
  }
}
