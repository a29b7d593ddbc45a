const MAX_OPERATIONS = 10_000;
/** Values remembered for later; beyond it a write is remembered as a delete, which is as safe. */
const MAX_VALUE_BYTES = 16_777_216;

/** How many changes of single keys are made good at once. */
const AT_ONCE = 200;

/** Where changes of all namespaces are kept, also of those this process does not know; no namespace can have this name. */
export const EVERYWHERE = '*';

/**
 * A write: what `EntryCodec.encode` made of it with its tags, until when it is of use, and the logical time it was made
 * after.
 */
export interface MissedSet {
  readonly kind: 'set';
  readonly key: string;
  readonly encoded: Buffer;
  readonly tags: readonly string[];
  readonly until: number;
  readonly asOf: number;
}

/** A change that Redis has not got yet. */
export type MissedChange =
  | MissedSet
  | { readonly kind: 'delete' | 'expire' | 'tag' | 'prefix'; readonly key: string }
  | { readonly kind: 'clear' };

/** A change to be made good, and what takes it out of the journal then. */
export interface Missed {
  readonly change: MissedChange;
  readonly done: () => void;
}

/** A change with its place in the order in which changes were begun. */
interface Noted {
  readonly change: MissedChange;
  readonly order: number;
}

/** What one namespace has missed. */
class NamespacePage {
  /** The last change of each key, tag and prefix (see `subjectOf`), the oldest first. */
  readonly bySubject = new Map<string, Noted>();
  /** When the latest of them was begun, applied ones included. */
  latest = 0;
}

/**
 * What was changed while Redis could not be reached, to be applied on return: the last change of each key, at most
 * 10,000 in all. Beyond that, and after a clear, the whole namespace is invalidated instead. Lost with the process.
 */
export class RecoveryJournal {
  private readonly pages = new Map<string, NamespacePage>();
  private operations = 0;
  private valueBytes = 0;
  private order = 0;

  get size(): number {
    return this.operations;
  }

  /** Call it when a change begins: the last one wins, also over one that began earlier and failed later. */
  nextOrder(): number {
    return ++this.order;
  }

  /** Keeps a change for later; `order` is that of its beginning, from `nextOrder`. */
  add(namespace: string, change: MissedChange, order = this.nextOrder()): void {
    const page = this.pageOf(namespace);
    const late = order < page.latest;
    page.latest = Math.max(page.latest, order);
    if (change.kind === 'clear' || this.operations >= MAX_OPERATIONS) return this.clear(page, order);
    // What was set before something that is here already may be what that invalidated.
    const added: Noted = { change: late && change.kind === 'set' ? gone(change.key) : change, order };
    const known = page.bySubject.get(subjectOf(change));
    this.replace(page, known !== undefined && isOfOneKey(change) ? merged(known, added) : added);
  }

  /**
   * The oldest changes of one namespace: several of single keys, whose order does not matter among themselves, or one of
   * many keys. Undefined when there is none left.
   */
  next(): { readonly namespace: string; readonly missed: readonly Missed[] } | undefined {
    // What was meant for all comes first: each namespace's own changes are whole without it.
    for (const namespace of [EVERYWHERE, ...this.pages.keys()]) {
      const page = this.pages.get(namespace);
      if (page === undefined) continue;
      if (page.bySubject.size > 0) return { namespace, missed: this.oldest(page) };
      this.pages.delete(namespace);
    }
    return undefined;
  }

  private pageOf(namespace: string): NamespacePage {
    let page = this.pages.get(namespace);
    if (page === undefined) this.pages.set(namespace, (page = new NamespacePage()));
    return page;
  }

  private oldest(page: NamespacePage): readonly Missed[] {
    const missed: Missed[] = [];
    for (const [subject, noted] of page.bySubject) {
      const { change } = noted;
      if (missed.length > 0 && !isOfOneKey(change)) break;
      // What has been replaced meanwhile is a later change, which stays.
      const done = (): void => void (page.bySubject.get(subject) === noted && this.remove(page, subject));
      missed.push({ change, done });
      if (!isOfOneKey(change) || missed.length === AT_ONCE) break;
    }
    return missed;
  }

  /** One change stands for all: everything of the namespace becomes a miss, whatever it was. */
  private clear(page: NamespacePage, order: number): void {
    for (const subject of page.bySubject.keys()) this.remove(page, subject);
    this.replace(page, { change: { kind: 'clear' }, order });
  }

  /** Puts a change at the end, in place of the one of the same subject. */
  private replace(page: NamespacePage, noted: Noted): void {
    const subject = subjectOf(noted.change);
    this.remove(page, subject);
    const kept = this.affordable(noted);
    page.bySubject.set(subject, kept);
    this.operations++;
    this.valueBytes += valueBytesOf(kept);
  }

  private remove(page: NamespacePage, subject: string): void {
    const noted = page.bySubject.get(subject);
    if (noted === undefined) return;
    page.bySubject.delete(subject);
    this.operations--;
    this.valueBytes -= valueBytesOf(noted);
  }

  private affordable(noted: Noted): Noted {
    const { change, order } = noted;
    if (change.kind !== 'set' || this.valueBytes + change.encoded.length <= MAX_VALUE_BYTES) return noted;
    return { change: gone(change.key), order };
  }
}

/** What a change is of: of one subject only the last change is kept. */
function subjectOf(change: MissedChange): string {
  if (change.kind === 'clear') return 'all';
  return isOfOneKey(change) ? `key:${change.key}` : `${change.kind}:${change.key}`;
}

function isOfOneKey({ kind }: MissedChange): boolean {
  return kind === 'set' || kind === 'delete' || kind === 'expire';
}

function valueBytesOf({ change }: Noted): number {
  return change.kind === 'set' ? change.encoded.length : 0;
}

/** Two changes of one key as one: the later, except that nothing is made stale that was replaced or deleted before. */
function merged(known: Noted, added: Noted): Noted {
  const [earlier, later] = added.order < known.order ? [added, known] : [known, added];
  if (later.change.kind !== 'expire' || earlier.change.kind === 'expire') return later;
  // What Redis still holds is older than both, and must not become a stale value.
  return { change: gone(later.change.key), order: later.order };
}

function gone(key: string): MissedChange {
  return { kind: 'delete', key };
}
