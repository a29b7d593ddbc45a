import type { EntryTable } from './entry-table';

/**
 * Keeps a resolved promise of an entry's value that every hit returns. This saves an allocation, and `await` continues
 * sooner. At most `limit` entries have one; the oldest promise is dropped first.
 */
export class KeptPromises {
  private readonly ring: number[] = [];
  private next = 0;

  constructor(private readonly limit: number) {}

  keep(table: EntryTable, slot: number): Promise<unknown> {
    const promise = Promise.resolve(table.values[slot]);
    if (this.ring.length === this.limit) table.promises[this.ring[this.next]!] = undefined;
    this.ring[this.next] = slot;
    this.next = (this.next + 1) % this.limit;
    table.promises[slot] = promise;
    return promise;
  }
}
