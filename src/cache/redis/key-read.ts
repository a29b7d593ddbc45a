import type { SharedEntry, SharedReadDone } from '../tiers/shared-tier';
import type { TimeBudget } from '../tiers/time-budget';
import type { EntryValidity } from './entry-validity';
import type { Reader } from './read-batch';
import type { RedisCounts } from './redis-counts';
import type { Head, Slot } from './slot';

/** What a look-up needs of its namespace. */
export interface ReadingNamespace {
  readonly counts: RedisCounts;
  readonly validity: EntryValidity;
  openMissingHead(slot: Slot): Promise<Head>;
}

/**
 * One look-up in Redis, which answers its caller with an entry where the bytes are a valid one. It is an object and no
 * async function: most entries are ready at once, and every `await` would be felt in a hit.
 */
export class KeyRead implements Reader {
  constructor(
    private readonly namespace: ReadingNamespace,
    private readonly slot: Slot,
    private readonly budget: TimeBudget,
    private readonly done: SharedReadDone,
  ) {}

  answered(head: Buffer | null, value: Buffer | null, spentMs: number): void {
    this.budget.spend(spentMs);
    const known = this.slot.parseHead(head);
    if (known === undefined) {
      const opened = (made: Head): void => this.decide(made, value);
      this.namespace.openMissingHead(this.slot).then(opened, () => this.failed());
    } else this.decide(known, value);
  }

  failed(): void {
    this.done(undefined);
  }

  private decide(head: Head, value: Buffer | null): void {
    if (value === null) return this.found(head, undefined);
    const entry = this.namespace.validity.validEntry(this.slot, head, value, this.budget);
    if (entry instanceof Promise)
      entry.then(
        (one) => this.found(head, one),
        () => this.failed(),
      );
    else this.found(head, entry);
  }

  private found({ clock }: Head, entry: SharedEntry | undefined): void {
    const { counts } = this.namespace;
    if (entry === undefined) counts.misses++;
    else counts.hits++;
    this.done({ asOf: clock, entry });
  }
}
