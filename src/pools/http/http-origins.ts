import type { Clock } from '../../common/clock';
import { type HttpConnection, OriginConnections } from './http-connection';

/** The origins that have a connection or a waiting caller; the others are to be removed with `forgetIfUnused`. */
export class HttpOrigins {
  private readonly origins = new Map<string, OriginConnections>();

  constructor(private readonly clock: Clock) {}

  at(origin: string): OriginConnections {
    let connections = this.origins.get(origin);
    if (connections === undefined) {
      connections = new OriginConnections(origin, this.clock);
      this.origins.set(origin, connections);
    }
    return connections;
  }

  forgetIfUnused(origin: OriginConnections): void {
    if (origin.isUnused && this.origins.get(origin.url) === origin) this.origins.delete(origin.url);
  }

  get waiting(): number {
    let waiting = 0;
    for (const { queue } of this.origins.values()) waiting += queue.size;
    return waiting;
  }

  /** The origin whose first caller has waited longest, among those for which `mayServe` is true. */
  longestWaiting(mayServe: (origin: OriginConnections) => boolean): OriginConnections | undefined {
    let next: OriginConnections | undefined;
    for (const origin of this.origins.values()) {
      if (origin.queue.size === 0 || !mayServe(origin)) continue;
      if (next === undefined || origin.queue.longestWaitMs > next.queue.longestWaitMs) next = origin;
    }
    return next;
  }

  /** Takes the connection that has been idle for longest; undefined when none is idle. */
  takeLongestIdle(): HttpConnection | undefined {
    let oldest: HttpConnection | undefined;
    for (const { idle } of this.origins.values()) {
      const first = idle[0];
      if (first !== undefined && (oldest === undefined || first.sinceMs < oldest.sinceMs)) oldest = first;
    }
    return oldest?.origin.idle.shift();
  }

  /** Rejects all waiting callers. */
  rejectWaiting(makeError: () => Error): void {
    for (const { queue } of this.origins.values()) queue.rejectAll(makeError);
  }
}
