import { setImmediate } from 'node:timers/promises';
import { CacheTierUnavailableError } from '../cache.errors';
import type { MemorySegment } from '../memory/memory-segment';
import type { SharedNamespace } from '../tiers/shared-tier';
import type { NamespaceState } from './namespace-state';

/** How many slots of memory are looked at before the loop goes on, and how many keys are handled together. */
const LOOKED_AT = 10_000;
const PAGE_KEYS = 500;

/** Which tiers are listed. */
export interface ListedTiers {
  readonly memory: boolean;
  readonly redis: boolean;
}

/**
 * The keys of a namespace that a tier has fresh: first those in Redis, then those that only memory has. It takes a page of
 * memory at a time, however many there are. Rejects with CacheTierUnavailableError if Redis does not answer.
 */
export async function* listKeys(
  state: NamespaceState,
  prefix: string,
  { memory, redis }: ListedTiers,
): AsyncGenerator<string, void, undefined> {
  const shared = redis ? state.shared : undefined;
  if (shared !== undefined) for await (const page of answered(shared, shared.keys(prefix))) yield* page;
  if (!memory) return;
  for await (const page of memoryPages(state.memory, prefix, state)) {
    const there = shared === undefined ? NONE : await freshIn(shared, page);
    for (const key of page) if (!there.has(key)) yield key;
  }
}

const NONE: ReadonlySet<string> = new Set();

async function* answered(
  shared: SharedNamespace,
  pages: AsyncIterable<readonly string[]>,
): AsyncGenerator<readonly string[], void, undefined> {
  try {
    yield* pages;
  } catch (error) {
    throw unavailable(shared, error);
  }
}

async function freshIn(shared: SharedNamespace, keys: readonly string[]): Promise<ReadonlySet<string>> {
  try {
    return await shared.freshAmong(keys);
  } catch (error) {
    throw unavailable(shared, error);
  }
}

function unavailable({ usable }: SharedNamespace, cause: unknown): CacheTierUnavailableError {
  return new CacheTierUnavailableError(usable ? 'it did not answer in time' : 'it is not used at present', { cause });
}

async function* memoryPages(
  memory: MemorySegment,
  prefix: string,
  { time }: NamespaceState,
): AsyncGenerator<readonly string[], void, undefined> {
  const { table } = memory;
  let page: string[] = [];
  for (let slot = 0; slot < table.keys.length && memory.table === table; slot++) {
    const key = table.keys[slot];
    if (key !== undefined && key.startsWith(prefix) && memory.isFresh(slot, time.now())) page.push(key);
    if (page.length === PAGE_KEYS) {
      yield page;
      page = [];
    }
    if (slot % LOOKED_AT === LOOKED_AT - 1) await setImmediate();
  }
  if (page.length > 0 && memory.table === table) yield page;
}
