import { masterNodes } from '../../pools/redis/master-nodes';
import type { SharedRead } from '../tiers/shared-tier';
import { TimeBudget } from '../tiers/time-budget';
import type { RedisContext } from './redis-context';
import type { Send } from './redis-link';
import type { Slot } from './slot';

/** How many keys one SCAN examines. */
const PAGE_KEYS = 500;

/** The namespace that is scanned; its reads are not counted. */
interface ScannedNamespace {
  readonly slots: readonly Slot[];
  slotOf(key: string): Slot;
  read(key: string, budget: TimeBudget): Promise<SharedRead | undefined>;
}

/** Finds the keys of one namespace that Redis holds, without reading their values. */
export class KeyScan {
  constructor(
    private readonly context: RedisContext,
    private readonly namespace: ScannedNamespace,
    private readonly send: Send,
  ) {}

  /** The keys that begin with `prefix` and have a fresh and valid value, a page after the other. */
  async *pages(prefix: string): AsyncGenerator<readonly string[], void, undefined> {
    for (const slot of this.namespace.slots) {
      for (const node of masterNodes(this.context.port.client)) {
        let cursor = '0';
        do {
          const from = cursor;
          const pattern = slot.keys.valuePattern(prefix);
          const [next, found] = await this.send(() => node.scan(from, 'MATCH', pattern, 'COUNT', PAGE_KEYS));
          const keys = [...new Set(found)].map((key) => slot.keys.keyOf(key));
          if (keys.length > 0) yield await this.freshOf(slot, keys);
          cursor = next;
        } while (cursor !== '0');
      }
    }
  }

  /** Those of the keys that have a fresh and valid value. */
  async freshAmong(keys: readonly string[]): Promise<ReadonlySet<string>> {
    const bySlot = Map.groupBy(keys, (key) => this.namespace.slotOf(key));
    const fresh = await Promise.all([...bySlot].map(([slot, some]) => this.freshOf(slot, some)));
    return new Set(fresh.flat());
  }

  private async freshOf(slot: Slot, keys: readonly string[]): Promise<string[]> {
    const { codec, port, time } = this.context;
    const { client } = port;
    const size = { bytes: keys.length * codec.headBytes, keys: keys.length };
    const [head, ...heads] = await this.send(
      () =>
        Promise.all([
          client.getBuffer(slot.keys.head),
          ...keys.map((key) => client.getrangeBuffer(slot.keys.value(key), 0, codec.headBytes - 1)),
        ]),
      size,
    );
    const known = slot.parseHead(head ?? null);
    if (known === undefined) return [];
    const tagged: string[] = [];
    const fresh: string[] = [];
    for (const [at, key] of keys.entries()) {
      const facts = codec.facts(heads[at]!);
      if (facts === undefined || facts.asOf < known.generation || facts.expiresAt <= time.now()) continue;
      (facts.tagged ? tagged : fresh).push(key);
    }
    return [...fresh, ...(await this.validOf(tagged))];
  }

  /** Which of the tagged ones are valid depends on their tags, and these are read with the value. */
  private async validOf(keys: readonly string[]): Promise<string[]> {
    const reads = await Promise.all(
      keys.map((key) => this.namespace.read(key, new TimeBudget(this.context.timeoutMs))),
    );
    const now = this.context.time.now();
    return keys.filter((_, at) => (reads[at]?.entry?.expiresAt ?? 0) > now);
  }
}
