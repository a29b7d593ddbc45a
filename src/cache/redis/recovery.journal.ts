const MAX_OPERATIONS = 10_000;
/** Values remembered for later; beyond it a write is remembered as a delete, which is as safe. */
const MAX_VALUE_BYTES = 16_777_216;

/** A write: what `EntryCodec.encode` made of it, until when it is of use, and the logical time it was made after. */
export interface MissedSet {
  readonly kind: 'set';
  readonly key: string;
  readonly encoded: Buffer;
  readonly until: number;
  readonly asOf: number;
}

/** A change that Redis has not got yet. */
export type MissedChange =
  | MissedSet
  | { readonly kind: 'delete' | 'expire' | 'tag' | 'prefix'; readonly key: string }
  | { readonly kind: 'clear' };

/**
 * What was changed while Redis could not be reached, to be applied on return: the last change of each key, at most
 * 10,000 in all. Beyond that, and after a clear, the whole namespace is invalidated instead. Lost with the process.
 */
export class RecoveryJournal {
  private readonly namespaces = new Map<string, Map<string, MissedChange>>();
  private operations = 0;
  private valueBytes = 0;

  get size(): number {
    return this.operations;
  }

  add(namespace: string, change: MissedChange): void {
    let changes = this.namespaces.get(namespace);
    if (changes === undefined) this.namespaces.set(namespace, (changes = new Map()));
    if (change.kind === 'clear' || this.operations >= MAX_OPERATIONS) return this.raise(changes);
    const slot =
      change.kind === 'tag' || change.kind === 'prefix' ? `${change.kind}:${change.key}` : `key:${change.key}`;
    // A value set and then made stale: the older one in Redis must not be taken for it.
    const lostValue = change.kind === 'expire' && changes.get(slot)?.kind === 'set';
    this.remove(changes, slot);
    this.put(changes, slot, lostValue ? { kind: 'delete', key: change.key } : this.affordable(change));
  }

  /** The oldest change and what takes it out again; undefined when there is none left. */
  first(): { readonly namespace: string; readonly change: MissedChange; readonly done: () => void } | undefined {
    for (const [namespace, changes] of this.namespaces) {
      for (const [slot, change] of changes) {
        // What has been replaced meanwhile is a later change, which stays.
        const done = (): void => void (changes.get(slot) === change && this.remove(changes, slot));
        return { namespace, change, done };
      }
      this.namespaces.delete(namespace);
    }
    return undefined;
  }

  /** One change stands for all: everything of the namespace becomes a miss, whatever it was. */
  private raise(changes: Map<string, MissedChange>): void {
    for (const slot of changes.keys()) this.remove(changes, slot);
    this.put(changes, CLEAR_SLOT, { kind: 'clear' });
  }

  private affordable(change: MissedChange): MissedChange {
    if (change.kind !== 'set' || this.valueBytes + change.encoded.length <= MAX_VALUE_BYTES) return change;
    return { kind: 'delete', key: change.key };
  }

  private put(changes: Map<string, MissedChange>, slot: string, change: MissedChange): void {
    changes.set(slot, change);
    this.operations++;
    if (change.kind === 'set') this.valueBytes += change.encoded.length;
  }

  private remove(changes: Map<string, MissedChange>, slot: string): void {
    const change = changes.get(slot);
    if (change === undefined) return;
    changes.delete(slot);
    this.operations--;
    if (change.kind === 'set') this.valueBytes -= change.encoded.length;
  }
}

const CLEAR_SLOT = 'all';
