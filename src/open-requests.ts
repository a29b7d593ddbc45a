import type { Server, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 10;
/** Before the port closes nothing has come for this long, … */
const QUIET_MS = 200;
/**
 * … or this time is over: idle connections have been told to close with the next answer, balancers have seen the 503.
 */
const LINGER_MS = 1_000;

/**
 * Knows how many requests a server is answering, and closes the port when the last of them is answered. It counts
 * instead of keeping a set: a Set that is filled and emptied with every request keeps outgrown tables alive, and their
 * requests with them, through many garbage collections.
 */
export class OpenRequests {
  /** Those that came before the drain began, and those after. */
  private before = 0;
  private after = 0;
  private draining = false;
  private lastCameMs = 0;

  constructor(private readonly server: Server) {
    server.prependListener('request', (_request, response: ServerResponse) => {
      this.lastCameMs = performance.now();
      if (this.draining) {
        response.setHeader('Connection', 'close');
        this.after++;
        response.once('close', () => this.after--);
      } else {
        this.before++;
        response.once('close', () => this.before--);
      }
    });
  }

  get size(): number {
    return this.before + this.after;
  }

  /**
   * Resolves when all that is open now is answered and clients have gone quiet, or `timeoutMs` is over; the port is
   * closed then.
   */
  async finish(timeoutMs: number): Promise<void> {
    this.draining = true;
    this.lastCameMs = performance.now();
    const deadline = this.lastCameMs + timeoutMs;
    while (this.before > 0 && performance.now() < deadline) await sleep(POLL_MS);
    await this.quiet(Math.min(deadline, performance.now() + LINGER_MS));
    this.server.close();
    this.server.closeIdleConnections();
    while (this.size > 0 && performance.now() < deadline) await sleep(POLL_MS);
    this.server.closeAllConnections();
  }

  private async quiet(deadlineMs: number): Promise<void> {
    while (performance.now() < Math.min(this.lastCameMs + QUIET_MS, deadlineMs)) await sleep(POLL_MS);
  }
}
