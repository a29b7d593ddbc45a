const MAX_REMEMBERED = 10_000;

/**
 * What was invalidated while reads and loads were under way, so that none of them stores what it read before: each notes
 * its start, and asks at its end. Nothing is remembered while nothing runs; beyond 10,000 names everything that began
 * before the last forgotten one counts as invalidated.
 */
export class InvalidationLog {
  private readonly at = new Map<string, number>();
  private running = 0;
  private sequence = 0;
  private floor = 0;

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
    if (this.floor > start || this.isAfter(start, `k${key}`)) return true;
    return tags.some((tag) => this.isAfter(start, `t${tag}`));
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
