import type { Pool } from 'undici';
import { undiciPackage } from '../../pools/http/undici-package';
import type { PlannedRequest } from './load-plan';

/** What became of one request. */
export type SendResult =
  | { readonly status: number; readonly bytes: number }
  /** `timeout`, or the code of the error. */
  | { readonly failure: string };

interface Sending {
  readonly request: PlannedRequest;
  /** Tells the result; undefined once it has been told. */
  tell: ((result: SendResult) => void) | undefined;
  timer: NodeJS.Timeout;
  abort: ((reason: Error) => void) | undefined;
}

/**
 * Sends requests over keep-alive connections and reads every answer to its end, whatever it is. A request that finds no
 * connection free waits; its time limit counts that, so that no more wait than come within one limit.
 */
export class HttpSender {
  private readonly pool: Pool;
  private readonly waiting = new Set<Sending>();
  private inFlight = 0;

  constructor(
    origin: string,
    private readonly connections: number,
    private readonly timeoutMs: number,
  ) {
    const { Pool: UndiciPool } = undiciPackage();
    this.pool = new UndiciPool(origin, { connections, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
  }

  send(request: PlannedRequest, tell: (result: SendResult) => void): void {
    const sending: Sending = {
      request,
      tell,
      abort: undefined,
      timer: setTimeout(() => this.giveUp(sending), this.timeoutMs),
    };
    if (this.inFlight < this.connections) this.dispatch(sending);
    else this.waiting.add(sending);
  }

  /** Ends every connection; requests under way fail. */
  async close(): Promise<void> {
    this.waiting.clear();
    await this.pool.destroy();
  }

  private dispatch(sending: Sending): void {
    const { method, path, headers, body } = sending.request;
    let status = 0;
    let bytes = 0;
    this.inFlight++;
    this.pool.dispatch(
      { method, path, headers: { ...headers }, body: body ?? null },
      {
        onRequestStart: (controller) => {
          sending.abort = (reason) => controller.abort(reason);
        },
        onResponseStart: (_, code) => {
          status = code;
        },
        onResponseData: (_, chunk) => {
          bytes += chunk.length;
        },
        onResponseEnd: () => this.over(sending, { status, bytes }),
        onResponseError: (_, error) => this.over(sending, { failure: codeOf(error) }),
      },
    );
  }

  private over(sending: Sending, result: SendResult): void {
    this.inFlight--;
    this.tell(sending, result);
    const [next] = this.waiting;
    if (next === undefined) return;
    this.waiting.delete(next);
    this.dispatch(next);
  }

  private giveUp(sending: Sending): void {
    this.waiting.delete(sending);
    this.tell(sending, { failure: 'timeout' });
    sending.abort?.(new Error('the time limit is over'));
  }

  private tell(sending: Sending, result: SendResult): void {
    clearTimeout(sending.timer);
    sending.tell?.(result);
    sending.tell = undefined;
  }
}

function codeOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : String(name);
}
