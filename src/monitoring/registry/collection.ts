type Outcome<S> = { readonly value: S } | { readonly error: unknown };

/**
 * One collection of all metrics, for a scrape or a sampling tick. A source that many metrics are made of is read once
 * in it, so its metrics agree with each other.
 */
export class Collection {
  /** @param isTick whether a sampling tick collects, not a scrape */
  constructor(readonly isTick = false) {}

  private readonly outcomes = new Map<() => unknown, Outcome<unknown>>();

  /** What `read` answers in this collection; the function is the key. @throws what `read` throws, each time */
  valueOf<S>(read: () => S): S {
    let outcome = this.outcomes.get(read) as Outcome<S> | undefined;
    if (outcome === undefined) {
      outcome = outcomeOf(read);
      this.outcomes.set(read, outcome);
    }
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }
}

function outcomeOf<S>(read: () => S): Outcome<S> {
  try {
    return { value: read() };
  } catch (error) {
    return { error };
  }
}
