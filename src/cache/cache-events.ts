import { channel } from 'node:diagnostics_channel';
import { Logger } from '@nestjs/common';
import type { CacheTierName } from './options/entry.options';

interface CacheEvent {
  /** Which cache of this process it was, from 1 on. */
  readonly cache: number;
}

interface KeyEvent extends CacheEvent {
  readonly namespace: string;
  readonly key: string;
}

/** A look-up that a tier answered with a fresh value. */
export interface CacheHitEvent extends KeyEvent {
  readonly tier: CacheTierName;
}
/** A look-up that no tier could answer. */
export type CacheMissEvent = KeyEvent;
/** A loader has ended; `error` is there if it failed. */
export interface CacheLoadEvent extends KeyEvent {
  readonly durationMs: number;
  readonly error?: unknown;
}
/** Memory let go of an entry because it was full. */
export type CacheEvictEvent = KeyEvent;
/** An invalidation of keys or tags, or of a prefix or everything where both lists are empty. */
export interface CacheInvalidateEvent extends CacheEvent {
  readonly namespace: string;
  readonly keys: readonly string[];
  readonly tags: readonly string[];
  /** Whether this process made it, or another one, which also tells of its sets so. */
  readonly origin: 'here' | 'elsewhere';
}
/** Redis, or the bus that brings the invalidations of other processes, is lost. */
export interface CacheDegradedEvent extends CacheEvent {
  readonly part: 'redis' | 'bus';
  readonly reason: unknown;
}

/** What `CacheService.on` tells of, by name. */
export interface CacheEvents {
  readonly hit: CacheHitEvent;
  readonly miss: CacheMissEvent;
  readonly load: CacheLoadEvent;
  readonly evict: CacheEvictEvent;
  readonly invalidate: CacheInvalidateEvent;
  readonly degraded: CacheDegradedEvent;
}
export type CacheEventName = keyof CacheEvents;
type Told<E extends CacheEventName> = Omit<CacheEvents[E], 'cache'>;

const NAMES = ['hit', 'miss', 'load', 'evict', 'invalidate', 'degraded'] as const satisfies readonly CacheEventName[];
const channelOf = (name: CacheEventName) => channel(`performance-gateway:cache-events:${name}`);
const CHANNELS = Object.fromEntries(NAMES.map((name) => [name, channelOf(name)])) as Readonly<
  Record<CacheEventName, ReturnType<typeof channel>>
>;

export const CACHE_EVENT_NAMES: readonly CacheEventName[] = NAMES;

const logger = new Logger('Cache');
let caches = 0;

/** Publishes what happens in one cache, on channels of `node:diagnostics_channel`, to whoever listens. */
export class EventPublisher {
  private readonly cache = ++caches;
  private readonly subscriptions = new Set<() => void>();

  /** To be asked before `publish`, so that without listeners no event is made. */
  isHeard(name: CacheEventName): boolean {
    return CHANNELS[name].hasSubscribers;
  }

  publish<E extends CacheEventName>(name: E, event: Told<E>): void {
    CHANNELS[name].publish({ cache: this.cache, ...event });
  }

  /**
   * Calls the listener with the events of this cache until the returned function is called. What it throws is logged, once
   * for each listener: on a channel alone it would end the process.
   */
  subscribe<E extends CacheEventName>(name: E, listener: (event: CacheEvents[E]) => void): () => void {
    let hasFailed = false;
    const heard = (event: unknown): void => {
      if ((event as CacheEvents[E]).cache !== this.cache) return;
      try {
        listener(event as CacheEvents[E]);
      } catch (error) {
        if (!hasFailed)
          logger.error(`A listener of the cache's event "${name}" failed: ${(error as Error)?.stack ?? error}`);
        hasFailed = true;
      }
    };
    CHANNELS[name].subscribe(heard);
    const stop = (): void => {
      CHANNELS[name].unsubscribe(heard);
      this.subscriptions.delete(stop);
    };
    this.subscriptions.add(stop);
    return stop;
  }

  close(): void {
    for (const stop of this.subscriptions) stop();
  }
}
