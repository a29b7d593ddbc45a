const MAX_OPERATIONS = 10_000;
/** The limit of all values together. Beyond it a write is journalled as a delete, which is as safe. */
const MAX_VALUE_BYTES = 16_777_216;

/** How many changes of single keys are applied at once. */
const AT_ONCE = 200;

/** Stands for all namespaces, also those that this process does not know. No namespace can have this name. */
export const ALL_NAMESPACES = '*';

/** A write: the bytes of `EntryCodec.encode`, the tags, until when the value may be served, and the slot's logical time. */
export interface MissedSet {
  readonly kind: 'set';
  readonly key: string;
  readonly encoded: Buffer;
  readonly tags: readonly string[];
  readonly until: number;
  readonly asOf: number;
}

/** A change that has not reached Redis. */
export type MissedChange =
  | MissedSet
  | { readonly kind: 'delete' | 'expire' | 'tag' | 'prefix'; readonly key: string }
  | { readonly kind: 'clear' };

/** A change to be applied, and the function that removes it from the journal afterwards. */
export interface PendingChange {
  readonly change: MissedChange;
  readonly done: () => void;
}

/** A change, and its position in the order in which changes began. */
interface JournalEntry {
  readonly change: MissedChange;
  readonly order: number;
}

/** The changes of one namespace. */
class NamespaceJournal {
  /** The last change of each target (see `targetOf`), the oldest first. */
  readonly byTarget = new Map<string, JournalEntry>();
  /** The order of the latest change, also if it has been applied. */
  latest = 0;
}

/**
 * The changes made while Redis could not be reached, to be applied when it is back: the last change of each key, at most
 * 10,000 in all. Beyond that, and after a clear, the whole namespace is invalidated instead. It is lost with the process.
 */
export class RecoveryJournal {
  private readonly namespaces = new Map<string, NamespaceJournal>();
  private operations = 0;
  private valueBytes = 0;
  private order = 0;

  get size(): number {
    return this.operations;
  }

  /** Call it when a change begins: a later change wins over one that began earlier, also if that one fails later. */
  nextOrder(): number {
    return ++this.order;
  }

  /** Adds a change; `order` is what `nextOrder` returned when it began. */
  add(namespace: string, change: MissedChange, order = this.nextOrder()): void {
    const journal = this.journalOf(namespace);
    const late = order < journal.latest;
    journal.latest = Math.max(journal.latest, order);
    if (change.kind === 'clear' || this.operations >= MAX_OPERATIONS) return this.clear(journal, order);
    // A value that was set before a journalled invalidation may be the very value it invalidates.
    const added: JournalEntry = { change: late && change.kind === 'set' ? deletion(change.key) : change, order };
    const known = journal.byTarget.get(targetOf(change));
    this.replace(journal, known !== undefined && concernsOneKey(change) ? merged(known, added) : added);
  }

  /**
   * The oldest changes of one namespace: several of single keys, which may be applied in any order, or one of many keys.
   * Undefined if the journal is empty.
   */
  next(): { readonly namespace: string; readonly pending: readonly PendingChange[] } | undefined {
    // Changes of all namespaces come first: what a namespace changed itself, maybe later, must not be undone by them.
    for (const namespace of [ALL_NAMESPACES, ...this.namespaces.keys()]) {
      const journal = this.namespaces.get(namespace);
      if (journal === undefined) continue;
      if (journal.byTarget.size > 0) return { namespace, pending: this.oldest(journal) };
      this.namespaces.delete(namespace);
    }
    return undefined;
  }

  private journalOf(namespace: string): NamespaceJournal {
    let journal = this.namespaces.get(namespace);
    if (journal === undefined) this.namespaces.set(namespace, (journal = new NamespaceJournal()));
    return journal;
  }

  private oldest(journal: NamespaceJournal): readonly PendingChange[] {
    const pending: PendingChange[] = [];
    for (const [target, entry] of journal.byTarget) {
      const { change } = entry;
      if (pending.length > 0 && !concernsOneKey(change)) break;
      // A change that replaced this one while it was applied stays in the journal.
      const done = (): void => void (journal.byTarget.get(target) === entry && this.remove(journal, target));
      pending.push({ change, done });
      if (!concernsOneKey(change) || pending.length === AT_ONCE) break;
    }
    return pending;
  }

  /** Replaces all changes by a single one, which makes everything of the namespace a miss. */
  private clear(journal: NamespaceJournal, order: number): void {
    for (const target of journal.byTarget.keys()) this.remove(journal, target);
    this.replace(journal, { change: { kind: 'clear' }, order });
  }

  /** Adds a change at the end, and removes the one of the same target. */
  private replace(journal: NamespaceJournal, entry: JournalEntry): void {
    const target = targetOf(entry.change);
    this.remove(journal, target);
    const kept = this.withinValueLimit(entry);
    journal.byTarget.set(target, kept);
    this.operations++;
    this.valueBytes += valueBytesOf(kept);
  }

  private remove(journal: NamespaceJournal, target: string): void {
    const entry = journal.byTarget.get(target);
    if (entry === undefined) return;
    journal.byTarget.delete(target);
    this.operations--;
    this.valueBytes -= valueBytesOf(entry);
  }

  private withinValueLimit(entry: JournalEntry): JournalEntry {
    const { change, order } = entry;
    if (change.kind !== 'set' || this.valueBytes + change.encoded.length <= MAX_VALUE_BYTES) return entry;
    return { change: deletion(change.key), order };
  }
}

/** What a change applies to: a key, a tag, a prefix or everything. Only the last change of a target is kept. */
function targetOf(change: MissedChange): string {
  if (change.kind === 'clear') return 'all';
  return concernsOneKey(change) ? `key:${change.key}` : `${change.kind}:${change.key}`;
}

function concernsOneKey({ kind }: MissedChange): boolean {
  return kind === 'set' || kind === 'delete' || kind === 'expire';
}

function valueBytesOf({ change }: JournalEntry): number {
  return change.kind === 'set' ? change.encoded.length : 0;
}

/** Two changes of one key as one: the later one, but an expire that follows a set or a delete becomes a delete. */
function merged(known: JournalEntry, added: JournalEntry): JournalEntry {
  const [earlier, later] = added.order < known.order ? [added, known] : [known, added];
  if (later.change.kind !== 'expire' || earlier.change.kind === 'expire') return later;
  // The value in Redis is older than both changes, and must not be served as a stale value.
  return { change: deletion(later.change.key), order: later.order };
}

function deletion(key: string): MissedChange {
  return { kind: 'delete', key };
}
