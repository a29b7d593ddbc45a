import { connect } from 'node:net';
import type { Clock } from '../../common/clock';
import { HealthProbe } from '../health-probe';
import type { HttpProxy } from './http-proxy';
import { HTTP_DEFAULTS } from './http.options';

/** A probe that asks whether a server, or the proxy before it, accepts connections; what a good answer is, only its callers know. */
export function tcpProbe(
  pool: string,
  origin: string,
  proxy: HttpProxy | undefined,
  options: { readonly probeIntervalMs?: number; readonly probeTimeoutMs?: number },
  clock: Clock,
): HealthProbe {
  const { hostname, port, protocol } = proxy ?? new URL(origin);
  const host = hostname.replace(/^\[|\]$/g, '');
  return new HealthProbe(
    {
      pool,
      endpoint: origin,
      intervalMs: options.probeIntervalMs ?? HTTP_DEFAULTS.probeIntervalMs,
      timeoutMs: options.probeTimeoutMs ?? HTTP_DEFAULTS.probeTimeoutMs,
      failuresToDown: 2,
      probe: (signal) => reach(host, Number(port) || (protocol === 'https:' ? 443 : 80), signal),
    },
    clock,
  );
}

function reach(host: string, port: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}
