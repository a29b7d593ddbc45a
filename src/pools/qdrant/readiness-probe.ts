import { Client } from 'undici';
import type { Clock } from '../../common/clock';
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
    options: Omit<HealthProbeOptions, 'probe' | 'endpoint' | 'failuresToDown'>,
    clock: Clock,
  ) {
    this.client = new Client(url.origin, { allowH2: false, connectTimeout: options.timeoutMs });
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
