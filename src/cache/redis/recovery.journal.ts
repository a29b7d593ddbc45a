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

interface Entry {
  readonly change: MissedChange;
  readonly order: number;
}

/** What one namespace has missed. */
class MissedChanges {
  readonly bySlot = new Map<string, Entry>();
  /** When the latest of them was begun, applied ones included. */
  latest = 0;
}

/**
 * What was changed while Redis could not be reached, to be applied on return: the last change of each key, at most
 * 10,000 in all. Beyond that, and after a clear, the whole namespace is invalidated instead. Lost with the process.
 */
export class RecoveryJournal {
  private readonly namespaces = new Map<string, MissedChanges>();
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

  add(namespace: string, change: MissedChange, order = this.nextOrder()): void {
    let changes = this.namespaces.get(namespace);
    if (changes === undefined) this.namespaces.set(namespace, (changes = new MissedChanges()));
    const late = order < changes.latest;
    changes.latest = Math.max(changes.latest, order);
    if (change.kind === 'clear' || this.operations >= MAX_OPERATIONS) return this.raise(changes, order);
    if (change.kind === 'tag' || change.kind === 'prefix') {
      return this.replace(changes, `${change.kind}:${change.key}`, { change, order });
    }
    const slot = KEY_SLOT + change.key;
    const known = changes.bySlot.get(slot);
    const stands = known === undefined ? undefined : merged(known, { change, order });
    // What was set before something that is here already may be what that invalidated.
    const alone = late && change.kind === 'set' ? gone(change.key) : change;
    this.replace(changes, slot, stands ?? { change: alone, order });
  }

  /**
   * The oldest changes of one namespace: several of single keys, whose order does not matter among themselves, or one of
   * many keys. Undefined when there is none left.
   */
  next(): { readonly namespace: string; readonly missed: readonly Missed[] } | undefined {
    // What was meant for all comes first: each namespace's own changes are whole without it.
    for (const namespace of [EVERYWHERE, ...this.namespaces.keys()]) {
      const changes = this.namespaces.get(namespace);
      if (changes === undefined) continue;
      if (changes.bySlot.size > 0) return { namespace, missed: this.oldest(changes) };
      this.namespaces.delete(namespace);
    }
    return undefined;
  }

  private oldest(changes: MissedChanges): readonly Missed[] {
    const missed: Missed[] = [];
    for (const [slot, entry] of changes.bySlot) {
      const ofOneKey = slot.startsWith(KEY_SLOT);
      if (missed.length > 0 && !ofOneKey) break;
      // What has been replaced meanwhile is a later change, which stays.
      const done = (): void => void (changes.bySlot.get(slot) === entry && this.remove(changes, slot));
      missed.push({ change: entry.change, done });
      if (!ofOneKey || missed.length === AT_ONCE) break;
    }
    return missed;
  }

  /** One change stands for all: everything of the namespace becomes a miss, whatever it was. */
  private raise(changes: MissedChanges, order: number): void {
    for (const slot of changes.bySlot.keys()) this.remove(changes, slot);
    this.put(changes, CLEAR_SLOT, { change: { kind: 'clear' }, order });
  }

  private replace(changes: MissedChanges, slot: string, missed: Entry): void {
    this.remove(changes, slot);
    this.put(changes, slot, this.affordable(missed));
  }

  private affordable(missed: Entry): Entry {
    const { change, order } = missed;
    if (change.kind !== 'set' || this.valueBytes + change.encoded.length <= MAX_VALUE_BYTES) return missed;
    return { change: gone(change.key), order };
  }

  private put(changes: MissedChanges, slot: string, missed: Entry): void {
    changes.bySlot.set(slot, missed);
    this.operations++;
    if (missed.change.kind === 'set') this.valueBytes += missed.change.encoded.length;
  }

  private remove(changes: MissedChanges, slot: string): void {
    const missed = changes.bySlot.get(slot);
    if (missed === undefined) return;
    changes.bySlot.delete(slot);
    this.operations--;
    if (missed.change.kind === 'set') this.valueBytes -= missed.change.encoded.length;
  }
}

const CLEAR_SLOT = 'all';
const KEY_SLOT = 'key:';

/** Two changes of one key as one, or undefined where the new one simply stands. */
function merged(known: Entry, added: Entry): Entry | undefined {
  const [earlier, later] = added.order < known.order ? [added, known] : [known, added];
  // Made stale after it was replaced: what Redis still holds is older, and must not become a stale value.
  if (later.change.kind === 'expire' && earlier.change.kind !== 'expire') {
    return { change: gone((later.change as { key: string }).key), order: later.order };
  }
  return later === known ? known : undefined;
}

function gone(key: string): MissedChange {
  return { kind: 'delete', key };
}
