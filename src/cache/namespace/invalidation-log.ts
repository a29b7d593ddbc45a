const MAX_REMEMBERED = 10_000;

/** What an invalidation names; `all` for a prefix, a clear, or what cannot be known. */
export type InvalidatedNames = 'all' | { readonly keys?: readonly string[]; readonly tags?: readonly string[] };

/**
 * What was invalidated while reads and loads were under way, so that none of them stores what it read before: each notes
 * its start, and asks at its end. Nothing is remembered while nothing runs; beyond 10,000 names everything that began
 * before the last forgotten one counts as invalidated.
 */
export class InvalidationLog {
  private readonly at = new Map<string, number>();
  private readonly departed = new Map<string, number>();
  private running = 0;
  private sequence = 0;
  private floor = 0;
  private arrivalFloor = 0;

  /** The time an operation that begins now would begin at. */
  get now(): number {
    return this.sequence;
  }

  /** Starts an operation; pass the answer to `invalidatedSince`, and call `end` exactly once. */
  begin(): number {
    this.running++;
    return this.sequence;
  }

  end(): void {
    if (--this.running === 0 && this.at.size > 0) this.at.clear();
  }

  key(key: string): void {
    this.note(`k${key}`);
  }

  tag(tag: string): void {
    this.note(`t${tag}`);
  }

  /** Everything of the namespace, whatever its key. */
  all(): void {
    this.floor = ++this.sequence;
  }

  invalidatedSince(start: number, key: string, tags: readonly string[]): boolean {
    if (this.sequence === start) return false;
    return this.floor > start || this.names(key, tags).some((name) => this.isAfter(start, name));
  }

  /** An invalidation of this process sets out for Redis; call the answer once it has arrived there, or was given up. */
  depart(names: InvalidatedNames): () => void {
    const departed = names === 'all' ? [ALL] : [...prefixed('k', names.keys), ...prefixed('t', names.tags)];
    for (const name of departed) this.departed.set(name, (this.departed.get(name) ?? 0) + 1);
    return () => {
      for (const name of departed) this.arrive(name);
    };
  }

  /** Whether Redis may still hold what this process has invalidated. */
  isUnderWay(key: string, tags: readonly string[]): boolean {
    if (this.departed.size === 0) return false;
    return this.departed.has(ALL) || this.names(key, tags).some((name) => this.departed.has(name));
  }

  /** Whether what was read from Redis since `start` may be older than an invalidation, of this process or heard of. */
  isOld(start: number, key: string, tags: readonly string[]): boolean {
    if (this.sequence === start) return false;
    if (this.arrivalFloor > start || this.invalidatedSince(start, key, tags)) return true;
    return this.names(key, tags).some((name) => this.isAfter(start, `arrived ${name}`));
  }

  private arrive(name: string): void {
    const left = this.departed.get(name)! - 1;
    if (left > 0) this.departed.set(name, left);
    else this.departed.delete(name);
    if (name === ALL) this.arrivalFloor = ++this.sequence;
    else this.note(`arrived ${name}`);
  }

  private names(key: string, tags: readonly string[]): readonly string[] {
    return [`k${key}`, ...prefixed('t', tags)];
  }

  private isAfter(start: number, name: string): boolean {
    return (this.at.get(name) ?? 0) > start;
  }

  private note(name: string): void {
    if (this.running === 0) return;
    this.at.delete(name);
    this.at.set(name, ++this.sequence);
    if (this.at.size <= MAX_REMEMBERED) return;
    const [oldest, sequence] = this.at.entries().next().value!;
    this.at.delete(oldest);
    this.floor = Math.max(this.floor, sequence);
  }
}

const ALL = 'all';

function prefixed(kind: 'k' | 't', names: readonly string[] = []): readonly string[] {
  return names.map((name) => kind + name);
}
