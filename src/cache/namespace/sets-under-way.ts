/** What was changed since a `set` began, whose value is not in Redis yet. */
export interface ChangedSince {
  /** The key was changed again: that change decides, and this value is not sent. */
  readonly superseded: boolean;
  /** The value was invalidated: the key is deleted instead, because the value before must not stay either. */
  readonly invalidated: boolean;
}

class SetUnderWay implements ChangedSince {
  superseded = false;
  invalidated = false;

  constructor(
    readonly key: string,
    readonly tags: readonly string[],
  ) {}
}

/** The sets of one namespace on their way to Redis, the latest of each key. */
export class SetsUnderWay {
  private readonly latest = new Map<string, SetUnderWay>();

  has(key: string): boolean {
    return this.latest.has(key);
  }

  /** Call `end` with what it returns exactly once. */
  begin(key: string, tags: readonly string[]): SetUnderWay {
    const set = new SetUnderWay(key, tags);
    this.changed(key);
    this.latest.set(key, set);
    return set;
  }

  end(set: SetUnderWay): void {
    if (this.latest.get(set.key) === set) this.latest.delete(set.key);
  }

  changed(key: string): void {
    const set = this.latest.get(key);
    if (set !== undefined) set.superseded = true;
  }

  /** An expiry would leave the value before the set as a stale one. */
  expired(key: string): void {
    const set = this.latest.get(key);
    if (set !== undefined) set.invalidated = true;
  }

  tagInvalidated(tag: string): void {
    for (const set of this.latest.values()) if (set.tags.includes(tag)) set.invalidated = true;
  }

  prefixInvalidated(prefix: string): void {
    for (const set of this.latest.values()) if (set.key.startsWith(prefix)) set.invalidated = true;
  }

  allInvalidated(): void {
    for (const set of this.latest.values()) set.invalidated = true;
  }
}

export type { SetUnderWay };
