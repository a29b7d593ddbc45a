import type { Server } from 'node:http';
import { type INestApplication, Logger } from '@nestjs/common';
import { OpenRequests } from './open-requests';

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
