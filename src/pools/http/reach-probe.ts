import { connect } from 'node:net';
import type { Clock } from '../../common/clock';
import { HealthProbe, type HealthProbeOptions } from '../health-probe';
import { onNewConnection } from './connection-for-probe';
import type { HttpConnection } from './http-connection';
import type { HttpConnections } from './http-connections';
import type { HttpEndpoint } from './http-endpoint';

export type ProbeTimes = Pick<HealthProbeOptions, 'pool' | 'intervalMs' | 'timeoutMs'>;

/**
 * A probe that asks whether a server can be reached; what a good answer is, only its callers know. An answer that one of
 * them has got since the last probe says it, then any answer to OPTIONS on a connection that is idle. Where neither is,
 * it asks whether the server, or the proxy before it, accepts a connection, for which the pool must have room.
 */
export function reachProbe(
  endpoint: HttpEndpoint,
  connections: HttpConnections,
  times: ProbeTimes,
  clock: Clock,
): HealthProbe {
  const eachMs = Math.ceil(times.timeoutMs / 3); // an AbortSignal takes whole ones
  const probe = async (signal: AbortSignal): Promise<unknown> => {
    if (endpoint.takeAnswered() || (await answersWhenIdle(endpoint, connections, eachMs))) return undefined;
    return await onNewConnection(endpoint, connections, eachMs, (connection) => reach(connection, signal));
  };
  return new HealthProbe({ ...times, endpoint: endpoint.origin, failuresToDown: 2, probe }, clock);
}

async function answersWhenIdle(
  endpoint: HttpEndpoint,
  connections: HttpConnections,
  timeoutMs: number,
): Promise<boolean> {
  const connection = connections.takeForProbe(endpoint.connections());
  if (connection === undefined) return false;
  const request = { method: 'OPTIONS' as const, path: `${endpoint.basePath}/` };
  const answered = await connection.ask(request, AbortSignal.timeout(timeoutMs)).then(
    () => true,
    () => false,
  );
  connections.returnProbed(connection, !answered);
  return answered;
}

/** Nothing is sent on it, and it is closed at once. */
function reach(connection: HttpConnection, signal: AbortSignal): Promise<'close'> {
  const { url, access } = connection.origin;
  const { hostname, port, protocol } = access.proxy ?? new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port) || (protocol === 'https:' ? 443 : 80), signal });
    connection.opening = socket;
    socket.once('error', reject);
    socket.once('connect', () => {
      connection.opening = undefined;
      socket.destroy();
      resolve('close');
    });
  });
}
