import type { Clock } from '../../common/clock';
import type { PostgresConnection } from './postgres-connection';

const MIN_PAUSE_MS = 100;

/**
 * Leaves a server that no longer takes writes. A connection that took them when it was opened and is refused (25006)
 * means a failover: all are replaced. One that never took them is replaced alone and seldom, since the new server may
 * not be ready and a standby may be what was asked for. The first one to a writable server makes those others follow.
 */
export class ReadOnlyFailover {
  private readonly openedReadOnly = new WeakSet<PostgresConnection>();
  private lastRefusalMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly evict: (which: (connection: PostgresConnection) => boolean) => void,
    private readonly clock: Clock,
  ) {}

  opened(connection: PostgresConnection): void {
    if (connection.session.readOnly) this.openedReadOnly.add(connection);
    else this.evict(({ session }) => session.readOnly);
  }

  /** A write was refused and the server is read-only: whether this connection is to be closed. */
  refused(connection: PostgresConnection): boolean {
    const nowMs = this.clock.monotonic();
    const changedSides = !this.openedReadOnly.has(connection);
    if (nowMs - this.lastRefusalMs < MIN_PAUSE_MS) return changedSides;
    this.lastRefusalMs = nowMs;
    if (changedSides) this.evict((other) => !this.openedReadOnly.has(other));
    return true;
  }
}
