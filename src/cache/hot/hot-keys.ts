import { SpaceSaving } from './space-saving';

/** One hit in this many is sampled, on average. */
export const SAMPLE_EVERY = 128;
const KEPT_KEYS = 512;
const MAX_KEY_LENGTH = 512;

export interface HotKey {
  readonly namespace: string;
  readonly key: string;
  /** Estimated hits; older hits count less. */
  readonly hits: number;
}

/** The keys with the most hits in memory of late, estimated from a sample. */
export class HotKeys {
  private readonly sketch = new SpaceSaving(KEPT_KEYS);

  sampled(namespace: string, key: string): void {
    // A namespace's name has no newline, so the first newline ends it.
    if (key.length <= MAX_KEY_LENGTH) this.sketch.add(`${namespace}\n${key}`, SAMPLE_EVERY);
  }

  top(limit: number): HotKey[] {
    return this.sketch.top(limit).map(({ name, count }) => {
      const end = name.indexOf('\n');
      return { namespace: name.slice(0, end), key: name.slice(end + 1), hits: Math.round(count) };
    });
  }

  age(): void {
    this.sketch.age();
  }
}
