import { SpaceSaving } from './space-saving';

/** One in so many hits is looked at, on average. */
export const SAMPLE_EVERY = 128;
const KEPT_KEYS = 512;
const MAX_KEY_LENGTH = 512;

export interface HotKey {
  readonly namespace: string;
  readonly key: string;
  /** Estimated hits; older ones count less. */
  readonly hits: number;
}

/** The keys hit most often of late, from a sample of the hits of memory. */
export class HotKeys {
  private readonly sketch = new SpaceSaving(KEPT_KEYS);

  sampled(namespace: string, key: string): void {
    // Names have no newline, so that the first one ends the namespace.
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
