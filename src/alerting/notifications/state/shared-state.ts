import type { FailureLog } from '../../../common/log/failure-log';
import type { NotificationEvent, StateEntry, StateStore } from './state-store';

/** Entries of one kind, by id. */
export interface StateTable<T extends object> {
  get(id: string): T | undefined;
  put(id: string, value: T): void;
  delete(id: string): void;
  readonly size: number;
  entries(): Iterable<[string, T]>;
  values(): Iterable<T>;
}

/** Events that wait for the database at most; the oldest go first. */
const MAX_WAITING_EVENTS = 10_000;
/** Occurrences of alerts that one event names. */
const MAX_OCCURRENCES = 1_000;

/**
 * What the copies share: every copy has all of it in memory, writes what it changes, and reads what others have changed.
 * While the store cannot be reached it goes on in memory, and what was changed is written afterwards.
 */
export class SharedState {
  private readonly tables = new Map<string, Map<string, object>>();
  private readonly dirty = new Map<string, StateEntry>();
  private waiting: NotificationEvent[] = [];
  private last: Promise<unknown> = Promise.resolve();
  private readonly listeners: ((entry: StateEntry) => void)[] = [];

  constructor(
    private readonly store: StateStore,
    private readonly failures: FailureLog,
  ) {}

  table<T extends object>(kind: string): StateTable<T> {
    const rows = new Map<string, T>();
    this.tables.set(kind, rows);
    const change = (id: string, value: T | null) => this.dirty.set(keyOf(kind, id), { kind, id, value });
    return {
      get: (id) => rows.get(id),
      put: (id, value) => {
        rows.set(id, value);
        change(id, value);
      },
      delete: (id) => {
        if (rows.delete(id)) change(id, null);
      },
      get size() {
        return rows.size;
      },
      entries: () => rows.entries(),
      values: () => rows.values(),
    };
  }

  /** Called with each entry that another copy has changed. */
  onChange(listener: (entry: StateEntry) => void): void {
    this.listeners.push(listener);
  }

  /** Adds to the history, with the next flush. */
  record({ occurrences = [], ...event }: NotificationEvent): void {
    this.waiting.push({ ...event, occurrences: occurrences.slice(0, MAX_OCCURRENCES) });
    if (this.waiting.length > MAX_WAITING_EVENTS) this.waiting.shift();
  }

  /** Whether something has not been written yet. */
  get isDirty(): boolean {
    return this.dirty.size > 0 || this.waiting.length > 0;
  }

  /** Writes what has changed. Resolves with whether all that was changed before the call is written. */
  flush(): Promise<boolean> {
    return this.inTurn(async () => {
      if (!this.isDirty) return true;
      const entries = [...this.dirty.values()];
      const events = this.waiting;
      this.dirty.clear();
      this.waiting = [];
      try {
        await this.store.write(entries, events);
        this.failures.succeeded();
        return true;
      } catch (error) {
        for (const entry of entries) {
          const key = keyOf(entry.kind, entry.id);
          if (!this.dirty.has(key)) this.dirty.set(key, entry);
        }
        this.waiting = [...events, ...this.waiting].slice(-MAX_WAITING_EVENTS);
        this.failures.failed('What the alerts have told is kept in memory only', error);
        return false;
      }
    });
  }

  /** Reads what others have changed. Resolves with whether the store answered. */
  sync(): Promise<boolean> {
    return this.inTurn(async () => {
      let changes: readonly StateEntry[];
      try {
        changes = await this.store.changes();
      } catch (error) {
        this.failures.failed('What other copies know of alerts cannot be read', error);
        return false;
      }
      for (const entry of changes) this.apply(entry);
      return true;
    });
  }

  private apply(entry: StateEntry): void {
    const rows = this.tables.get(entry.kind);
    // What was changed here since is newer, and will be written.
    if (rows === undefined || this.dirty.has(keyOf(entry.kind, entry.id))) return;
    if (entry.value === null) rows.delete(entry.id);
    else rows.set(entry.id, entry.value);
    for (const listener of this.listeners) listener(entry);
  }

  /** One after another: a read that began before a write must not bring back what was there before it. */
  private inTurn(work: () => Promise<boolean>): Promise<boolean> {
    const done = this.last.then(work);
    this.last = done;
    return done;
  }
}

const keyOf = (kind: string, id: string) => `${kind} ${id}`;
