import type { buildConnector, Client } from 'undici';
import type { Clock } from '../../common/clock';
import type { HttpConnection } from '../http/http-connection';
import { connectorWith } from '../http/http-connector';
import { undiciPackage } from '../http/undici-package';
import type { Tls } from '../tls';
import { HealthProbe, type HealthProbeOptions } from '../health-probe';

/** Lends connections of a pool that are idle. */
export interface IdleConnections {
  take(): HttpConnection | undefined;
  giveBack(connection: HttpConnection, failed: boolean): void;
}

/**
 * Asks a Qdrant server whether it is ready, on a connection of the pool that is idle; where none is, on one of its own,
 * since a pool whose connections are all in use must not count as down.
 */
export class ReadinessProbe {
  readonly probe: HealthProbe;
  private readonly client: Client;

  constructor(
    url: URL,
    headers: Readonly<Record<string, string>>,
    tls: Tls | undefined,
    options: Omit<HealthProbeOptions, 'probe' | 'endpoint' | 'failuresToDown'>,
    idle: IdleConnections,
    clock: Clock,
  ) {
    const { timeoutMs } = options;
    const undici = undiciPackage();
    const plain = undici.buildConnector({ timeout: timeoutMs, allowH2: false });
    const connect: buildConnector.connector = (target, done) =>
      (tls === undefined ? plain : connectorWith(tls, timeoutMs))(target, done);
    this.client = new undici.Client(url.origin, { connect });
    const path = `${url.pathname.replace(/\/$/, '')}/readyz`;
    this.probe = new HealthProbe(
      {
        ...options,
        endpoint: url.origin,
        failuresToDown: 2,
        probe: async (signal) => {
          const connection = idle.take();
          const ask = async (client: Client, reset: boolean): Promise<number> => {
            const { statusCode, body } = await client.request({ method: 'GET', path, headers, signal, reset });
            await body.dump();
            return statusCode;
          };
          let failed = true;
          try {
            const statusCode = await ask(connection?.client ?? this.client, connection === undefined);
            failed = false;
            if (statusCode !== 200) throw new Error(`readiness was answered with ${statusCode}`);
          } finally {
            if (connection !== undefined) idle.giveBack(connection, failed);
          }
        },
      },
      clock,
    );
  }

  close(): void {
    this.probe.stop();
    this.client.destroy(null, () => undefined);
  }
}
