// The beat of the page: when figures are asked for again. It rests while nobody looks.
import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';

/** Counts up with every refresh; what shows figures asks again when it changes. */
export const Beat = createContext(0);
export const useBeat = (): number => useContext(Beat);

/** How often samples are taken, in seconds. */
export const Interval = createContext(10);
export const useIntervalSeconds = (): number => useContext(Interval);

/** What was last answered, and what went wrong since. */
export interface Loaded<T> {
  readonly value: T | undefined;
  readonly error: Error | undefined;
}

/**
 * Asks with `load` when `key` or the beat changes, and keeps the last answer while it asks. A question that is not
 * wanted any more is given up. What else is to begin anew has a component of its own, by its `key` for Preact.
 */
export function useLoaded<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  everyBeat = true,
): Loaded<T> & { readonly again: () => void } {
  const beat = useBeat();
  const [count, setCount] = useState(0);
  const [state, setState] = useState<Loaded<T>>({ value: undefined, error: undefined });
  useEffect(() => {
    const given = new AbortController();
    load(given.signal).then(
      (value) => {
        if (!given.signal.aborted) setState({ value, error: undefined });
      },
      (error: Error) => {
        if (!given.signal.aborted) setState((before) => ({ ...before, error }));
      },
    );
    return () => given.abort();
  }, [key, everyBeat ? beat : 0, count]);
  return { ...state, again: () => setCount((before) => before + 1) };
}
