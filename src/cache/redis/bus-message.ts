/** What another process did to keys, tags or a namespace. Messages never carry values. */
export type BusKind = 'delete' | 'expire' | 'tag' | 'prefix' | 'clear' | 'wake';

const KINDS: ReadonlySet<string> = new Set<BusKind>(['delete', 'expire', 'tag', 'prefix', 'clear', 'wake']);

export interface BusMessage {
  readonly origin: string;
  readonly namespace: string;
  readonly kind: BusKind;
  /** Keys, tags or a prefix; of a wake-up the keys of the released locks. */
  readonly names: readonly string[];
}

export function writeBusMessage({ origin, namespace, kind, names }: BusMessage): string {
  return JSON.stringify([origin, namespace, kind, names]);
}

/** How the text of every message of one process begins. */
export function beginningOf(origin: string): string {
  return `[${JSON.stringify(origin)},`;
}

/** The message in a text, or undefined if the text is none. */
export function readBusMessage(text: string): BusMessage | undefined {
  try {
    const [origin, namespace, kind, names] = JSON.parse(text) as unknown[];
    const valid =
      typeof origin === 'string' &&
      typeof namespace === 'string' &&
      typeof kind === 'string' &&
      KINDS.has(kind) &&
      Array.isArray(names) &&
      names.every((name) => typeof name === 'string');
    return valid ? { origin, namespace, kind: kind as BusKind, names: names as string[] } : undefined;
  } catch {
    return undefined;
  }
}
