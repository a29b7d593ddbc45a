const MAX_OPERATIONS = 10_000;
/** The limit of all values together. Beyond it a write is journalled as a delete, which is as safe. */
const MAX_VALUE_BYTES = 16_777_216;

/** How many changes of single keys are applied at once, and how many bytes of values; a larger value goes alone. */
const AT_ONCE = 200;
const BYTES_AT_ONCE = 65_536;

/** After this many failures of its own a change gives way to a surer one (`surer`), so that it holds up no other. */
const MAX_FAILURES = 2;

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

/** A change to be applied, and what to call afterwards. */
export interface PendingChange {
  readonly change: MissedChange;
  /** Removes it from the journal. */
  readonly done: () => void;
  /** Redis answered before, but did not take this change. Returns the surer change by which the second failure replaces it. */
  readonly failed: () => MissedChange | undefined;
}

/** A change, and its position in the order in which changes began. */
interface JournalEntry {
  readonly change: MissedChange;
  readonly order: number;
  failures: number;
}

/** The changes of one namespace. The last change of each target counts (see `targetOf`); the oldest come first. */
class NamespaceJournal {
  readonly invalidations = new Map<string, JournalEntry>();
  /** Applied after all invalidations: they are large, and are dropped where something was invalidated after them. */
  readonly writes = new Map<string, JournalEntry>();
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
  add(namespace: string, change: MissedChange, order = this.nextOrder(), failures = 0): void {
    const journal = this.journalOf(namespace);
    const late = order < journal.latest;
    journal.latest = Math.max(journal.latest, order);
    if (change.kind === 'clear' || this.operations >= MAX_OPERATIONS) return this.clear(journal, order);
    // A value that was set before a journalled invalidation may be the very value it invalidates.
    const kept = late && change.kind === 'set' ? deletion(change.key) : change;
    const added: JournalEntry = { change: kept, order, failures };
    const target = targetOf(change);
    const known = journal.invalidations.get(target) ?? journal.writes.get(target);
    this.replace(journal, known !== undefined && concernsOneKey(change) ? merged(known, added) : added);
  }

  /**
   * The next changes of one namespace: several of single keys, which may be applied in any order, or one of many keys.
   * Invalidations of all namespaces come before the first value. Undefined if the journal is empty, but for `except`.
   */
  next(
    except: ReadonlySet<string> = NONE,
  ): { readonly namespace: string; readonly pending: readonly PendingChange[] } | undefined {
    for (const kind of ['invalidations', 'writes'] as const) {
      // Changes of all namespaces come first: what a namespace changed itself, maybe later, must not be undone by them.
      for (const namespace of [ALL_NAMESPACES, ...this.namespaces.keys()]) {
        const journal = this.namespaces.get(namespace);
        if (journal === undefined || except.has(namespace) || journal[kind].size === 0) continue;
        const entries =
          kind === 'writes' ? writesOfOneRound(journal.writes) : invalidationsOfOneRound(journal.invalidations);
        return { namespace, pending: entries.map((entry) => this.pending(journal, entry)) };
      }
    }
    for (const [namespace, { invalidations, writes }] of this.namespaces) {
      if (invalidations.size + writes.size === 0) this.namespaces.delete(namespace);
    }
    return undefined;
  }

  private journalOf(namespace: string): NamespaceJournal {
    let journal = this.namespaces.get(namespace);
    if (journal === undefined) this.namespaces.set(namespace, (journal = new NamespaceJournal()));
    return journal;
  }

  private pending(journal: NamespaceJournal, entry: JournalEntry): PendingChange {
    const { change } = entry;
    const target = targetOf(change);
    // A change that replaced this one while it was applied stays in the journal.
    const isCurrent = (): boolean => mapOf(journal, change).get(target) === entry;
    return {
      change,
      done: () => void (isCurrent() && this.remove(journal, target)),
      failed: () => {
        if (++entry.failures < MAX_FAILURES || change.kind === 'clear' || !isCurrent()) return undefined;
        const replacement = surer(change);
        if (replacement.kind === 'clear') this.clear(journal, entry.order);
        else this.replace(journal, { change: replacement, order: entry.order, failures: 0 });
        return replacement;
      },
    };
  }

  /** Replaces all changes by a single one, which makes everything of the namespace a miss. */
  private clear(journal: NamespaceJournal, order: number): void {
    for (const target of [...journal.invalidations.keys(), ...journal.writes.keys()]) this.remove(journal, target);
    this.replace(journal, { change: { kind: 'clear' }, order, failures: 0 });
  }

  /** Adds a change at the end, and removes the one of the same target. */
  private replace(journal: NamespaceJournal, entry: JournalEntry): void {
    const target = targetOf(entry.change);
    this.remove(journal, target);
    const kept = this.withinValueLimit(entry);
    mapOf(journal, kept.change).set(target, kept);
    this.operations++;
    this.valueBytes += valueBytesOf(kept);
  }

  private remove(journal: NamespaceJournal, target: string): void {
    const entry = journal.invalidations.get(target) ?? journal.writes.get(target);
    if (entry === undefined) return;
    mapOf(journal, entry.change).delete(target);
    this.operations--;
    this.valueBytes -= valueBytesOf(entry);
  }

  private withinValueLimit(entry: JournalEntry): JournalEntry {
    const { change, order } = entry;
    if (change.kind !== 'set' || this.valueBytes + change.encoded.length <= MAX_VALUE_BYTES) return entry;
    return { change: deletion(change.key), order, failures: 0 };
  }
}

const NONE: ReadonlySet<string> = new Set();

function mapOf(journal: NamespaceJournal, { kind }: MissedChange): Map<string, JournalEntry> {
  return kind === 'set' ? journal.writes : journal.invalidations;
}

/** Several of single keys, or one of many keys. */
function invalidationsOfOneRound(entries: ReadonlyMap<string, JournalEntry>): readonly JournalEntry[] {
  const round: JournalEntry[] = [];
  for (const entry of entries.values()) {
    if (round.length > 0 && !concernsOneKey(entry.change)) break;
    round.push(entry);
    if (!concernsOneKey(entry.change) || round.length === AT_ONCE) break;
  }
  return round;
}

/** Small values together; once there are none, a large one alone. */
function writesOfOneRound(entries: ReadonlyMap<string, JournalEntry>): readonly JournalEntry[] {
  const round: JournalEntry[] = [];
  let bytes = 0;
  for (const entry of entries.values()) {
    if (bytes + valueBytesOf(entry) > BYTES_AT_ONCE) continue;
    bytes += valueBytesOf(entry);
    round.push(entry);
    if (round.length === AT_ONCE) break;
  }
  return round.length > 0 ? round : [...entries.values()].slice(0, 1);
}

/** A change that Redis takes more likely and that invalidates at least as much: the key, or the whole namespace. */
function surer(change: MissedChange): MissedChange {
  return change.kind === 'set' || change.kind === 'expire' ? deletion(change.key) : { kind: 'clear' };
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
  return { change: deletion(later.change.key), order: later.order, failures: 0 };
}

export function deletion(key: string): MissedChange {
  return { kind: 'delete', key };
}

/** What the log says of a change that was replaced by a surer one. */
export function givenUp(namespace: string, change: MissedChange, replacement: MissedChange, error: unknown): string {
  const { message } = error as Error;
  const what = change.kind === 'set' ? `a value of ${change.encoded.length} bytes` : `a change (${change.kind})`;
  const instead = replacement.kind === 'clear' ? 'everything of the namespace is invalidated' : 'the key is deleted';
  const remedy = change.kind === 'set' ? '; cache smaller values, or raise redisTimeoutMs' : '';
  return `Redis did not take ${what} of the cache "${namespace}" twice (${message}); ${instead} there instead${remedy}`;
}
