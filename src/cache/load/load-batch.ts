import { inspect } from 'node:util';
import { CacheOptionError } from '../cache.errors';
import { type Allowed, checked } from '../options/option-checks';
import type { LoadContext } from './loader';

type Values<T> = ReadonlyMap<string, T> | Readonly<Record<string, T>>;

/** Loads the values of several keys, and returns them by key. Keys that it leaves out have no value. */
export type ManyLoader<T> = (keys: readonly string[]) => Promise<Values<T>> | Values<T>;

const BY_KEY: Allowed = {
  words: 'a Map or an object with the values by key',
  test: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

/**
 * Turns the loads of several keys into one. It starts when each key either has to be loaded, or has its value without a
 * load. Keys that have to be loaded later, because a stale value was served first, are loaded together in a second one.
 */
export class LoadBatch<T> {
  private readonly undecided: Set<string>;
  private toLoad: string[] = [];
  private round = Promise.withResolvers<ReadonlyMap<string, T>>();

  constructor(
    keys: readonly string[],
    private readonly loadMany: ManyLoader<T>,
  ) {
    this.undecided = new Set(keys);
  }

  /** The loader of one key. */
  readonly load = ({ key }: LoadContext): Promise<T | undefined> => {
    this.toLoad.push(key);
    const { promise } = this.round;
    this.decided(key);
    return promise.then((values) => values.get(key));
  };

  /** The key has its value, or gets it without this batch. */
  decided(key: string): void {
    this.undecided.delete(key);
    if (this.undecided.size === 0) queueMicrotask(() => this.start());
  }

  private start(): void {
    if (this.toLoad.length === 0) return;
    const { toLoad, round } = this;
    this.toLoad = [];
    this.round = Promise.withResolvers();
    round.resolve(this.loadAll(toLoad));
  }

  private async loadAll(keys: readonly string[]): Promise<ReadonlyMap<string, T>> {
    const values = checked('the answer of the loader', await this.loadMany(keys), BY_KEY);
    const byKey = values instanceof Map ? (values as ReadonlyMap<string, T>) : new Map(Object.entries(values));
    if (byKey.size > 0 && !keys.some((key) => byKey.has(key))) throw new CacheOptionError(unasked(byKey, keys));
    return byKey;
  }
}

/** Values by the ids of a table, instead of the keys of the cache, would otherwise be dropped without a word. */
function unasked(answer: ReadonlyMap<unknown, unknown>, keys: readonly string[]): string {
  const [first] = answer.keys();
  return `the loader of several keys answered by other keys than it was asked for: ${inspect(first)}, not ${inspect(keys[0])}`;
}
