const MAX_REMEMBERED = 10_000;

/** What an invalidation applies to; `all` for a prefix, a clear, or if it is not known. */
export type InvalidatedNames = 'all' | { readonly keys?: readonly string[]; readonly tags?: readonly string[] };

/**
 * What was invalidated while reads and loads were under way, so that none of them stores a value that it read before. Each
 * of them notes its start, and asks the log at its end. The log is empty while nothing is under way. It holds 10,000
 * names; for operations that began before the last name it dropped, everything counts as invalidated.
 */
export class InvalidationLog {
  private readonly at = new Map<string, number>();
  private readonly propagating = new Map<string, number>();
  private running = 0;
  private sequence = 0;
  private floor = 0;
  private propagationFloor = 0;

  /** The log's time: the start of an operation that begins now. */
  get now(): number {
    return this.sequence;
  }

  /** Starts an operation and returns its start, for `invalidatedSince`. Call `end` exactly once. */
  begin(): number {
    this.running++;
    return this.sequence;
  }

  end(): void {
    if (--this.running === 0 && this.at.size > 0) this.at.clear();
  }

  key(key: string): void {
    if (this.running > 0) this.note(`k${key}`);
  }

  tag(tag: string): void {
    this.note(`t${tag}`);
  }

  /** Notes that everything was invalidated. */
  all(): void {
    this.floor = ++this.sequence;
  }

  invalidatedSince(start: number, key: string, tags: readonly string[]): boolean {
    if (this.sequence === start) return false;
    return this.floor > start || this.names(key, tags).some((name) => this.isAfter(start, name));
  }

  /** An invalidation of this process is being sent to Redis; call the returned function when Redis has it, or it failed. */
  startPropagation(names: InvalidatedNames): () => void {
    const sent = names === 'all' ? [ALL] : [...prefixed('k', names.keys), ...prefixed('t', names.tags)];
    for (const name of sent) this.propagating.set(name, (this.propagating.get(name) ?? 0) + 1);
    return () => {
      for (const name of sent) this.endPropagation(name);
    };
  }

  /** Redis has a change of this key, or did not take it. */
  sent(key: string): void {
    if (this.running > 0) this.note(`sent k${key}`);
  }

  /** Whether Redis may still hold a value that this process has invalidated. */
  isPropagating(key: string, tags: readonly string[]): boolean {
    if (this.propagating.size === 0) return false;
    return this.propagating.has(ALL) || this.names(key, tags).some((name) => this.propagating.has(name));
  }

  /** Whether a value read from Redis after `start` may be older than an invalidation, of this or another process. */
  mayBeOutdated(start: number, key: string, tags: readonly string[]): boolean {
    if (this.sequence === start) return false;
    if (this.propagationFloor > start || this.invalidatedSince(start, key, tags)) return true;
    return this.names(key, tags).some((name) => this.isAfter(start, `sent ${name}`));
  }

  private endPropagation(name: string): void {
    const left = this.propagating.get(name)! - 1;
    if (left > 0) this.propagating.set(name, left);
    else this.propagating.delete(name);
    if (name === ALL) this.propagationFloor = ++this.sequence;
    else this.note(`sent ${name}`);
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
