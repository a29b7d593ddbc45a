import type { Clock } from '../../common/clock';
import type { PostgresConnection } from './postgres-connection';

const MIN_PAUSE_MS = 100;

/**
 * Replaces connections to a server that no longer takes writes. When a write is refused (25006) on a connection that
 * took writes when it was opened, there was a failover: all such connections are replaced. A connection that was
 * read-only from the start is replaced alone and seldom, because the new server may not be ready, or a standby may be
 * what the URL names. When the first connection to a writable server is open, the read-only ones are replaced.
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

  /** To be called when a write was refused and the server is read-only: whether to close this connection. */
  refused(connection: PostgresConnection): boolean {
    const nowMs = this.clock.monotonic();
    const changedSides = !this.openedReadOnly.has(connection);
    if (nowMs - this.lastRefusalMs < MIN_PAUSE_MS) return changedSides;
    this.lastRefusalMs = nowMs;
    if (changedSides) this.evict((other) => !this.openedReadOnly.has(other));
    return true;
  }
}
