import { checked, MILLISECONDS, TEXTS } from '../options/option-checks';

/** What a loader is given, and its ways to set options of the value it returns. */
export interface LoadContext<T = unknown> {
  readonly key: string;
  /** The expired value that may still be served, if there is one. */
  readonly stale: T | undefined;
  /** Aborted when the load is given up (`hardTimeoutMs`). */
  readonly signal: AbortSignal;
  /** How long this value is fresh, in ms. */
  setTtl(ttlMs: number): void;
  /** The tags of this value, instead of those of the call. */
  setTags(tags: readonly string[]): void;
  /** The value is returned but not cached. */
  skip(): void;
}

/** Loads the value of a key; `undefined` means "do not cache". */
export type Loader<T> = (context: LoadContext<T>) => Promise<T> | T;

/** One run of a loader, with the options that it set. */
export class LoadRun<T> implements LoadContext<T> {
  ttlMs: number | undefined;
  tags: readonly string[];
  skipped = false;

  constructor(
    readonly key: string,
    readonly stale: T | undefined,
    readonly signal: AbortSignal,
    tags: readonly string[],
  ) {
    this.tags = tags;
  }

  // Properties and not methods, so that a loader may destructure them: ({ setTtl, skip }) => …
  readonly setTtl = (ttlMs: number): void => {
    this.ttlMs = checked('the ttlMs of setTtl', ttlMs, MILLISECONDS);
  };
  readonly setTags = (tags: readonly string[]): void => {
    this.tags = [...new Set(checked('the tags of setTags', tags, TEXTS))];
  };
  readonly skip = (): void => {
    this.skipped = true;
  };
}
