import { buildConnector, Client } from 'undici';
import type { Clock } from '../../common/clock';
import { connectorWith } from '../http/http-connector';
import type { Tls } from '../tls';
import { HealthProbe, type HealthProbeOptions } from '../health-probe';

/**
 * Asks a Qdrant server whether it is ready, on a connection of its own: a pool whose connections are all in use must
 * not count as down.
 */
export class ReadinessProbe {
  readonly probe: HealthProbe;
  private readonly client: Client;

  constructor(
    url: URL,
    headers: Readonly<Record<string, string>>,
    tls: Tls | undefined,
    options: Omit<HealthProbeOptions, 'probe' | 'endpoint' | 'failuresToDown'>,
    clock: Clock,
  ) {
    const { timeoutMs } = options;
    const plain = buildConnector({ timeout: timeoutMs, allowH2: false });
    const connect: buildConnector.connector = (target, done) =>
      (tls === undefined ? plain : connectorWith(tls, timeoutMs))(target, done);
    this.client = new Client(url.origin, { connect });
    const path = `${url.pathname.replace(/\/$/, '')}/readyz`;
    this.probe = new HealthProbe(
      {
        ...options,
        endpoint: url.origin,
        failuresToDown: 2,
        probe: async (signal) => {
          const { statusCode, body } = await this.client.request({ method: 'GET', path, headers, signal, reset: true });
          await body.dump();
          if (statusCode !== 200) throw new Error(`readiness was answered with ${statusCode}`);
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
