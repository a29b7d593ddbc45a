import type { EntryTable } from './entry-table';

/**
 * Gives entries a resolved promise of their value that is handed out again on every hit, which saves an allocation and
 * lets `await` continue sooner. At most `limit` entries keep one; the promise kept longest ago goes first.
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
