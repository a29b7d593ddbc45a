import type { Clock } from '../../common/clock';
import { HealthProbe } from '../health-probe';
import { onNewConnection } from '../http/connection-for-probe';
import type { HttpConnection } from '../http/http-connection';
import type { HttpConnections } from '../http/http-connections';
import type { HttpEndpoint } from '../http/http-endpoint';
import type { ProbeTimes } from '../http/reach-probe';

/**
 * Asks a Qdrant server whether it is ready, on a connection of the pool that is idle; where none is, on one that the pool
 * has room for. Where all are in use, what the server answers to callers says how it is.
 */
export function readinessProbe(
  endpoint: HttpEndpoint,
  connections: HttpConnections,
  headers: Readonly<Record<string, string>>,
  times: ProbeTimes,
  clock: Clock,
): HealthProbe {
  const request = { method: 'GET' as const, path: `${endpoint.basePath}/readyz`, headers };
  const probe = async (signal: AbortSignal): Promise<unknown> => {
    const ask = async (connection: HttpConnection): Promise<'keep'> => {
      const status = await connection.ask(request, signal);
      if (status !== 200) throw new NotReadyError(`readiness was answered with ${status}`);
      return 'keep';
    };
    const idle = connections.takeForProbe(endpoint.connections());
    if (idle === undefined) return await onNewConnection(endpoint, connections, times.timeoutMs / 2, ask);
    let failed = false;
    try {
      return await ask(idle);
    } catch (error) {
      failed = !(error instanceof NotReadyError);
      throw error;
    } finally {
      connections.returnProbed(idle, failed);
    }
  };
  return new HealthProbe({ ...times, endpoint: endpoint.origin, failuresToDown: 2, probe }, clock);
}

/** An answer, on a connection that can be used on. */
class NotReadyError extends Error {}
