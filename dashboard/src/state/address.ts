// The whole state of the page stands in its address: a link shows somebody else what one sees.
import { useEffect, useState } from 'preact/hooks';

export const PAGES = [
  'overview',
  'routes',
  'cache',
  'pools',
  'runtime',
  'jobs',
  'alerts',
  'benchmarks',
  'explore',
  'about',
] as const;
export type PageName = (typeof PAGES)[number];

export interface Address {
  readonly page: PageName;
  readonly parameters: URLSearchParams;
}

export function parseAddress(hash: string): Address {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const page = PAGES.find((name) => name === path) ?? 'overview';
  return { page, parameters: new URLSearchParams(query) };
}

export function hashOf({ page, parameters }: Address): string {
  const query = parameters.toString();
  return `#/${page}${query === '' ? '' : `?${query}`}`;
}

/** What every page keeps when another one is opened: the time that is looked at. */
const SHARED = ['range', 'from', 'to', 'instance'];

/** The address of a page, with the time range of the present one. */
export function linkTo(page: PageName, parameters: Readonly<Record<string, string>> = {}): string {
  const kept = parseAddress(location.hash).parameters;
  const next = new URLSearchParams();
  for (const name of SHARED) if (kept.has(name)) next.set(name, kept.get(name)!);
  for (const [name, value] of Object.entries(parameters)) next.set(name, value);
  return hashOf({ page, parameters: next });
}

/** Sets or, with undefined, removes parameters; `replace` leaves no entry in the browser's history. */
export function setParameters(changes: Readonly<Record<string, string | undefined>>, replace = false): void {
  const { page, parameters } = parseAddress(location.hash);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') parameters.delete(name);
    else parameters.set(name, value);
  }
  const hash = hashOf({ page, parameters });
  if (hash === location.hash) return;
  if (replace) {
    history.replaceState(null, '', hash);
    dispatchEvent(new HashChangeEvent('hashchange'));
  } else location.hash = hash;
}

export function useAddress(): Address {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = (): void => setHash(location.hash);
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return parseAddress(hash);
}
