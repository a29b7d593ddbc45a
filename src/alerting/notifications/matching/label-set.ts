import { type LabelSet, quoted } from './alert-matcher';

const OFFSET_HIGH = 0xcbf2_9ce4;
const OFFSET_LOW = 0x8422_2325;
/** The prime of FNV-1a for 64 bits is 2⁴⁰ and this. */
const PRIME = 0x1b3;
const TWO_32 = 0x1_0000_0000;
const SEPARATOR = 0xff;
const encoder = new TextEncoder();

/** Without the empty ones, which are as good as none. */
export function withoutEmpty(labels: LabelSet): LabelSet {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''));
}

/** Names and values by name, as Prometheus orders them. */
export function sortedPairs(labels: LabelSet): [string, string][] {
  return Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** The 64 bits by which Prometheus and Alertmanager know a label set (FNV-1a), as 16 hexadecimal digits. */
export function fingerprintOf(labels: LabelSet): string {
  let high = OFFSET_HIGH;
  let low = OFFSET_LOW;
  const add = (byte: number) => {
    low = (low ^ byte) >>> 0;
    const product = low * PRIME;
    high = (high * PRIME + Math.floor(product / TWO_32) + low * 0x100) % TWO_32;
    low = product >>> 0;
  };
  for (const [name, value] of sortedPairs(labels)) {
    for (const byte of encoder.encode(name)) add(byte);
    add(SEPARATOR);
    for (const byte of encoder.encode(value)) add(byte);
    add(SEPARATOR);
  }
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}

/** `{a="b", c="d"}` */
export function labelsText(labels: LabelSet): string {
  return `{${sortedPairs(labels)
    .map(([name, value]) => `${name}=${quoted(value)}`)
    .join(', ')}}`;
}
