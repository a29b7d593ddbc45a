import { checked, MILLISECONDS, RATIO, TEXTS } from '../options/option-checks';
import { type ResolvedEntryOptions, tagsFor } from '../options/entry.options';

/** What a loader is given, and its ways to set options of the value it returns. */
export interface LoadContext<T = unknown> {
  readonly key: string;
  /** The expired value that may still be served, if there is one. */
  readonly stale: T | undefined;
  /** Aborted when the load is given up (`hardTimeoutMs`). */
  readonly signal: AbortSignal;
  /** How long this value is fresh, in ms. */
  setTtl(ttlMs: number): void;
  /** After which share of its time (0 to 1) a hit refreshes this value, instead of the `refreshAheadRatio` of the call. */
  setRefreshAheadRatio(ratio: number): void;
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
  refreshAheadRatio: number | undefined;
  tags: readonly string[];
  skipped = false;
  private hasTags = false;

  constructor(
    readonly key: string,
    readonly stale: T | undefined,
    readonly signal: AbortSignal,
    private readonly options: ResolvedEntryOptions,
  ) {
    this.tags = options.tags;
  }

  /** The value is there: its tags are those that the loader has set, or those of the options. */
  returned(value: unknown): void {
    if (!this.hasTags) this.tags = tagsFor(this.options, value);
  }

  // Properties and not methods, so that a loader may destructure them: ({ setTtl, skip }) => …
  readonly setTtl = (ttlMs: number): void => {
    this.ttlMs = checked('the ttlMs of setTtl', ttlMs, MILLISECONDS);
  };
  readonly setRefreshAheadRatio = (ratio: number): void => {
    this.refreshAheadRatio = checked('the ratio of setRefreshAheadRatio', ratio, RATIO);
  };
  readonly setTags = (tags: readonly string[]): void => {
    this.tags = [...new Set(checked('the tags of setTags', tags, TEXTS))];
    this.hasTags = true;
  };
  readonly skip = (): void => {
    this.skipped = true;
  };
}
