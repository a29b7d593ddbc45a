import type { Clock } from '../../common/clock';
import { type HttpConnection, type OriginAccess, OriginConnections } from './http-connection';

/** The origins that have a connection or a waiting caller; the others are to be removed with `forgetIfUnused`. */
export class HttpOrigins {
  private readonly byAccess = new Map<unknown, Map<string, OriginConnections>>();

  constructor(private readonly clock: Clock) {}

  at(origin: string, access: OriginAccess): OriginConnections {
    let origins = this.byAccess.get(access);
    if (origins === undefined) this.byAccess.set(access, (origins = new Map()));
    let connections = origins.get(origin);
    if (connections === undefined) {
      connections = new OriginConnections(origin, access, this.clock);
      origins.set(origin, connections);
    }
    return connections;
  }

  forgetIfUnused(origin: OriginConnections): void {
    const origins = this.byAccess.get(origin.access);
    if (!origin.isUnused || origins?.get(origin.url) !== origin) return;
    origins.delete(origin.url);
    if (origins.size === 0) this.byAccess.delete(origin.access);
  }

  get waiting(): number {
    let waiting = 0;
    for (const { queue } of this.all()) waiting += queue.size;
    return waiting;
  }

  /** The origin whose first caller has waited longest, among those for which `mayServe` is true. */
  longestWaiting(mayServe: (origin: OriginConnections) => boolean): OriginConnections | undefined {
    let next: OriginConnections | undefined;
    for (const origin of this.all()) {
      if (origin.queue.size === 0 || !mayServe(origin)) continue;
      if (next === undefined || origin.queue.longestWaitMs > next.queue.longestWaitMs) next = origin;
    }
    return next;
  }

  /** Takes the connection that has been idle for longest; undefined when none is idle. */
  takeLongestIdle(): HttpConnection | undefined {
    let oldest: HttpConnection | undefined;
    for (const { idle } of this.all()) {
      const first = idle[0];
      if (first !== undefined && (oldest === undefined || first.sinceMs < oldest.sinceMs)) oldest = first;
    }
    return oldest?.origin.idle.shift();
  }

  private *all(): Iterable<OriginConnections> {
    for (const origins of this.byAccess.values()) yield* origins.values();
  }

  /** Rejects all waiting callers. */
  rejectWaiting(makeError: () => Error): void {
    for (const { queue } of this.all()) queue.rejectAll(makeError);
  }
}
