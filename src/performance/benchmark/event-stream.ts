import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/** What is sent: `id` is what a client that comes back says it has seen. */
export interface StreamedEvent {
  readonly id: number;
  readonly type: string;
  readonly data: unknown;
}

/** How long (ms) a client waits before it comes back. */
const RETRY_MS = 1_000;

/**
 * Sends events as `text/event-stream` until there are no more or the client has gone; a client that reads slowly holds
 * them up. What fails after the first event ends the answer.
 */
export async function sendEvents(response: ServerResponse, events: AsyncIterable<StreamedEvent>): Promise<void> {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no', // nginx would wait until its buffer is full
  });
  response.write(`retry: ${RETRY_MS}\n\n`);
  try {
    for await (const { id, type, data } of events) {
      const isFull = !response.write(`id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
      if (isFull && !response.destroyed) await Promise.race([once(response, 'drain'), once(response, 'close')]);
    }
    response.end();
  } catch {
    response.destroy(); // a client that did not see the end comes back
  }
}

/** The `Last-Event-ID` of a client that comes back; 0 for one that is new, or sends something else. */
export function lastEventId(header: string | string[] | undefined): number {
  return typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : 0;
}
