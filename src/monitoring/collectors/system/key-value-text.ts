const LINE = /^([\w()]+):?[ \t]+(\d+)/gm;

/** Reads lines such as `MemTotal:  123 kB` or `nr_periods 12` as numbers by name. */
export function keyValues(text: string | undefined): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  for (const [, name, value] of (text ?? '').matchAll(LINE)) values.set(name!, Number(value));
  return values;
}
