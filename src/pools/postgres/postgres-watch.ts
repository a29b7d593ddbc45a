import type { Clock } from '../../common/clock';
import type { Breaker } from '../breaker';
import { HealthProbe, ServerBusyError } from '../health-probe';
import type { LeasePool } from '../lease-pool';
import type { PoolHealth } from '../pool';
import type { PostgresConnection } from './postgres-connection';
import type { PostgresConnector } from './postgres-connector';
import { PostgresProbe } from './postgres-probe';

const SILENCE_CHECK_INTERVAL_MS = 1_000;

export interface PostgresWatchOptions {
  readonly pool: string;
  readonly endpoint: string;
  readonly probeIntervalMs: number | undefined;
  readonly probeTimeoutMs: number | undefined;
  /** In a shorter outage callers wait; in a longer one they are refused until the server answers again. */
  readonly rideOutMs: number;
}

/**
 * Watches the server, also without traffic: probes it, opens the breaker when an outage lasts, and has silent connections
 * closed.
 */
export class PostgresWatch {
  private readonly probe: HealthProbe;
  private unwellSinceMs: number | undefined;
  private silenceCheck: NodeJS.Timeout | undefined;

  constructor(
    private readonly options: PostgresWatchOptions,
    private readonly connector: PostgresConnector,
    private readonly breaker: Breaker,
    private readonly leases: LeasePool<PostgresConnection>,
    private readonly clock: Clock,
  ) {
    const timeoutMs = options.probeTimeoutMs ?? 1_000;
    const prober = new PostgresProbe(connector, leases, timeoutMs);
    connector.onLost = () => this.probe.probeSoon();
    this.probe = new HealthProbe(
      {
        pool: options.pool,
        endpoint: options.endpoint,
        intervalMs: options.probeIntervalMs ?? 1_000,
        timeoutMs: 2 * timeoutMs, // it keeps its time by itself
        failuresToDown: 2,
        probe: () => prober.check(),
        onResult: (error) => this.onProbed(error),
      },
      clock,
    );
  }

  /** The result of the probe; `down` also when callers are refused, `degraded` also when connects fail. */
  health(): PoolHealth {
    const { health } = this.probe;
    if (!this.breaker.isClosed) return { ...health, state: 'down' };
    return health.state === 'up' && this.leases.failingToConnect ? { ...health, state: 'degraded' } : health;
  }

  /** Checks for silent connections from now on. */
  start(): void {
    // After a stop of the event loop the answers may be there, not yet read: the loop reads them first.
    const check = () => setImmediate(() => this.connector.closeSilentConnections());
    this.silenceCheck ??= setInterval(check, SILENCE_CHECK_INTERVAL_MS).unref();
  }

  /** Probes now, and from then on by itself. Never rejects. */
  check(): Promise<void> {
    return this.probe.check();
  }

  stopProbing(): void {
    this.probe.stop();
  }

  close(): void {
    clearInterval(this.silenceCheck);
  }

  private onProbed(error: unknown): void {
    if (error === undefined) {
      this.unwellSinceMs = undefined;
      this.breaker.close();
      this.leases.onServerAnswered();
      return;
    }
    if (error instanceof ServerBusyError) {
      this.unwellSinceMs = undefined;
      return;
    }
    const nowMs = this.clock.monotonic();
    this.unwellSinceMs ??= nowMs;
    const ridingOut = nowMs - this.unwellSinceMs < this.options.rideOutMs;
    if (!ridingOut && this.breaker.state !== 'open') this.breaker.open(error);
  }
}
