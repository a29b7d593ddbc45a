import type { Lifetime } from './lifetime';
import type { SharedBudget } from './shared-budget';
import type { Cacheable } from '../values/cacheable-value';

/** A value read from the shared tier, ready for memory. */
export interface SharedEntry extends Lifetime {
  readonly stored: Cacheable;
  readonly tags: readonly string[];
}

export interface SharedRead {
  /** The tier's logical time of this read: what is loaded from now on is at least as new. */
  readonly asOf: number;
  /** A valid entry, fresh or to be served stale. */
  readonly entry: SharedEntry | undefined;
}

/** The right to load a key for all processes, or for how long (ms) somebody else has it. */
export type LoadRight = LoadGranted | LoadElsewhere;
export interface LoadGranted extends SharedRead {
  readonly granted: true;
  readonly release: () => void;
}
export interface LoadElsewhere {
  readonly granted: false;
  /** Resolves when the holder is done or its lease is over; never rejects. */
  readonly done: Promise<void>;
}

export interface SharedStore {
  readonly key: string;
  readonly asOf: number;
  readonly stored: Cacheable;
  readonly life: Lifetime;
  readonly tags: readonly string[];
}

/**
 * One namespace of the tier that all processes share. Nothing here rejects: what cannot be asked in time answers
 * `undefined`, and mutations that do not get through are remembered and applied later.
 */
export interface SharedNamespace {
  /** False while the tier is known to be unreachable: callers go on without it. */
  readonly usable: boolean;
  /** False while other processes' invalidations cannot be heard: what memory holds may be one of the things they named. */
  readonly hears: boolean;
  read(key: string, budget: SharedBudget): Promise<SharedRead | undefined>;
  requestLoad(key: string, budget: SharedBudget): Promise<LoadRight | undefined>;
  /** Stores what a load brought unless it was invalidated since `asOf`; `false` only if it was. */
  store(loaded: SharedStore, budget: SharedBudget): Promise<boolean>;
  /** `superseded` tells, once the value is encoded, whether the key has been changed again meanwhile. */
  set(
    key: string,
    stored: Cacheable,
    life: Lifetime,
    tags: readonly string[],
    superseded: () => boolean,
  ): Promise<void>;
  /** How many of the keys it held. */
  delete(keys: readonly string[]): Promise<number>;
  expire(key: string): Promise<void>;
  deleteByTags(tags: readonly string[]): Promise<void>;
  deleteByPrefix(prefix: string): Promise<void>;
  clear(): Promise<void>;
  /** A life cut to what may be served while other processes' invalidations cannot be heard. */
  bounded(life: Lifetime): Lifetime;
}
