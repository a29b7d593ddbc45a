import { inspect } from 'node:util';
import { NO_SLOT } from '../memory/eviction-order';
import type { NamespaceState } from '../namespace/namespace-state';
import { toTypedJson } from '../values/typed-json';
import { type EntryFacts, type EntryPage, finite } from './entry-facts';

/** How many slots one page examines: a rare prefix takes more pages, and does not hold the event loop for longer. */
const MAX_LOOKED_AT = 20_000;

/** A page of the entries in memory whose keys begin with `prefix`, in no particular order; none occurs twice. */
export function memoryPage(state: NamespaceState, prefix: string, limit: number, cursor: number): EntryPage {
  const { table } = state.memory;
  const entries: EntryFacts[] = [];
  const end = Math.min(table.keys.length, cursor + MAX_LOOKED_AT);
  let slot = cursor;
  for (; slot < end && entries.length < limit; slot++) {
    const key = table.keys[slot];
    if (key !== undefined && key.startsWith(prefix) && isLive(state, key)) entries.push(facts(state, slot));
  }
  return { entries, cursor: slot < table.keys.length ? String(slot) : undefined };
}

/** One entry of memory; it does not count as used. */
export function memoryEntry(state: NamespaceState, key: string): EntryFacts | undefined {
  const slot = state.memory.find(key, state.time.now());
  return slot === NO_SLOT ? undefined : facts(state, slot);
}

/** The value as JSON, with the typed encoding of Redis (`{"$": [type, data]}`); a value that is not data as a text. */
export function memoryValue(state: NamespaceState, key: string): unknown {
  const slot = state.memory.find(key, state.time.now());
  if (slot === NO_SLOT) return undefined;
  const { value } = state.memory.stored(slot);
  try {
    return JSON.parse(toTypedJson(value)) as unknown;
  } catch {
    // With `classInstances: 'reference'` it may be anything, cycles included.
    return inspect(value, { depth: 2, maxArrayLength: 100, maxStringLength: 10_000 });
  }
}

/** Whether the entry can still be served: expired and invalidated ones stay in memory until they are purged. */
function isLive(state: NamespaceState, key: string): boolean {
  return state.memory.find(key, state.time.now()) !== NO_SLOT;
}

function facts(state: NamespaceState, slot: number): EntryFacts {
  const { memory, time, name } = state;
  const now = time.now();
  return {
    key: memory.table.keys[slot]!,
    namespace: name,
    bytes: memory.table.order.bytes[slot]!,
    tags: memory.tagsOf(slot),
    freshMs: finite(memory.expiresAt(slot) - now),
    servableMs: finite(memory.staleUntil(slot) - now),
    ageMs: now - memory.table.storedAt[slot]!,
    idleMs: now - memory.table.usedAt[slot]!,
  };
}
