import type { Server, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type INestApplication, Logger } from '@nestjs/common';

const POLL_MS = 10;
/** Before the port closes nothing has come for this long, … */
const QUIET_MS = 200;
/** … or this time is over: idle connections have been told to close with the next answer, balancers have seen the 503. */
const LINGER_MS = 1_000;
/** What closing the modules gets beyond the requests' deadline: they have deadlines of their own. */
const CLOSE_GRACE_MS = 15_000;

/** One Ctrl-C arrives twice, from the terminal and from npm, and so does a signal that `timeout` sends. */
const SAME_SIGNAL_MS = 500;

export interface ShutdownOptions {
  /** What requests in flight get to finish. */
  readonly timeoutMs: number;
  /** Called first: from here on the service is not ready. */
  readonly beginDraining: () => void;
}

/**
 * Ends the service on SIGTERM or SIGINT: not ready at once, requests in flight finish, then the modules close and the
 * process exits with 0. While requests finish the port stays open, so that probes see the 503 instead of a refusal.
 * A second signal ends the process at once, with 1.
 */
export function shutDownOnSignals(app: INestApplication, options: ShutdownOptions): void {
  const server = app.getHttpServer() as Server;
  const requests = new OpenRequests(server);
  let closingSince: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (closingSince === undefined) {
      closingSince = performance.now();
      void shutDown(app, requests, options, signal);
    } else if (performance.now() - closingSince > SAME_SIGNAL_MS) forceExit(signal);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

async function shutDown(
  app: INestApplication,
  requests: OpenRequests,
  { timeoutMs, beginDraining }: ShutdownOptions,
  signal: NodeJS.Signals,
): Promise<void> {
  const log = new Logger('Shutdown');
  setTimeout(() => {
    log.error('Closing took too long, the process ends as it is');
    process.exit(1);
  }, timeoutMs + CLOSE_GRACE_MS).unref();
  try {
    log.log(`${signal}: finishing ${requests.size} requests in flight`);
    beginDraining();
    await requests.finish(timeoutMs);
    await app.close();
    log.log('Closed');
    process.exit(0);
  } catch (error) {
    log.error(error);
    process.exit(1);
  }
}

function forceExit(signal: NodeJS.Signals): never {
  new Logger('Shutdown').warn(`${signal} again: the process ends at once`);
  process.exit(1);
}

/**
 * Counts the requests a server is answering. Counts, not a set of them: a Set that is filled and emptied with every
 * request keeps outgrown tables alive, and their requests with them, through many garbage collections.
 */
class OpenRequests {
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

  /** Resolves when all that is open now is answered and clients have gone quiet, or `timeoutMs` is over; the port is closed then. */
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
