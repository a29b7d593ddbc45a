import type { Clock } from '../common/clock';
import type { WindowCount, WindowStore } from './window-store';

interface Window {
  count: number;
  readonly endsAt: number;
}

const MAX_KEYS = 20_000;

/**
 * Windows of this process. A window is put at the end of the map when it begins, so with one length for all of them
 * the front is always the next to end: forgetting needs no search and no timer.
 */
export class MemoryWindowStore implements WindowStore {
  private readonly windows = new Map<string, Window>();

  constructor(
    private readonly clock: Clock,
    private readonly maxKeys = MAX_KEYS,
  ) {}

  hit(key: string, windowMs: number): WindowCount {
    const now = this.clock.monotonic();
    let window = this.windows.get(key);
    if (window === undefined || window.endsAt <= now) {
      this.windows.delete(key);
      this.forget(now);
      window = { count: 0, endsAt: now + windowMs };
      this.windows.set(key, window);
    }
    window.count++;
    return countOf(window, now);
  }

  get size(): number {
    return this.windows.size;
  }

  /** Two at most for each one that begins: it never takes long, and what has ended is gone in the end. */
  private forget(now: number): void {
    for (let removed = 0; removed < 2; removed++) {
      const [oldest] = this.windows;
      if (oldest === undefined) return;
      const [key, { endsAt }] = oldest;
      if (endsAt > now && this.windows.size < this.maxKeys) return;
      this.windows.delete(key);
    }
  }
}

/** Whole milliseconds: the clock has fractions, and 60,000.000000001 ms would become 61 s. */
function countOf({ count, endsAt }: Window, now: number): WindowCount {
  return { count, resetMs: Math.round(endsAt - now) };
}
