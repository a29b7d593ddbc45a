const MAX_REMEMBERED = 10_000;

/** Keys whose load failed a moment ago: until the back-off is over, callers get that error instead of a new load. */
export class FailureBackoff {
  private readonly failures = new Map<string, { readonly error: unknown; readonly until: number }>();

  constructor(private readonly backoffMs: number) {}

  failed(key: string, error: unknown, now: number): void {
    if (this.backoffMs <= 0) return;
    this.failures.delete(key);
    this.failures.set(key, { error, until: now + this.backoffMs });
    if (this.failures.size > MAX_REMEMBERED) this.failures.delete(this.failures.keys().next().value!);
  }

  /** The failure of a key whose back-off is not over, if there is one. */
  recent(key: string, now: number): { readonly error: unknown } | undefined {
    if (this.failures.size === 0) return undefined;
    const failure = this.failures.get(key);
    if (failure === undefined || failure.until > now) return failure;
    this.failures.delete(key);
    return undefined;
  }

  forget(key: string): void {
    if (this.failures.size > 0) this.failures.delete(key);
  }

  clear(): void {
    this.failures.clear();
  }
}
