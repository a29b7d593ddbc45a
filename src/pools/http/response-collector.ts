import type { Dispatcher } from 'undici';
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
    this.resolve(new HttpResponse(this.status, asIncomingHeaders(this.headers), body, this.origin));
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.reject(error);
  }
}
