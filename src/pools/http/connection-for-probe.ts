import { setTimeout as delay } from 'node:timers/promises';
import { NOT_ASKED } from '../health-probe';
import type { HttpConnection } from './http-connection';
import type { HttpConnections } from './http-connections';
import type { HttpEndpoint } from './http-endpoint';

/** How often a probe looks whether there is room for its connection (ms). */
const LOOK_MS = 20;

/**
 * Calls `ask` with a new connection, within the limits of the pool, and afterwards keeps it if `ask` says so. Where there
 * is no room for one within `waitMs`, or where a caller took it away, what the server has answered to callers is the
 * answer; `NOT_ASKED` when that is nothing.
 */
export async function onNewConnection(
  endpoint: HttpEndpoint,
  connections: HttpConnections,
  waitMs: number,
  ask: (connection: HttpConnection) => Promise<'keep' | 'close'>,
): Promise<unknown> {
  let connection = connections.openForProbe(endpoint.connections());
  for (let waitedMs = 0; connection === undefined; waitedMs += LOOK_MS) {
    if (waitedMs >= waitMs || connections.isClosed) return answerToCallers(endpoint);
    await delay(LOOK_MS, undefined, { ref: false });
    connection = connections.openForProbe(endpoint.connections());
  }
  let after: 'keep' | 'close' = 'close';
  try {
    after = await ask(connection);
    return undefined;
  } catch (error) {
    if (connection.closing === 'evicted') return answerToCallers(endpoint);
    throw error;
  } finally {
    connections.returnProbed(connection, after === 'close');
  }
}

const answerToCallers = (endpoint: HttpEndpoint): unknown => (endpoint.takeAnswered() ? undefined : NOT_ASKED);
