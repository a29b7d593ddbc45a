/** What is known of an entry, without its value. */
export interface EntryFacts {
  readonly key: string;
  readonly namespace: string;
  readonly bytes: number;
  readonly tags: readonly string[];
  /** How long it is still fresh (ms); negative if it is stale, undefined if it does not expire or that is not known. */
  readonly freshMs: number | undefined;
  /** How long it may still be served, fresh or stale (ms). */
  readonly servableMs: number | undefined;
  /** How long ago it was stored, and last used, in this process (ms); undefined if that is not known. */
  readonly ageMs: number | undefined;
  readonly idleMs: number | undefined;
}

export interface EntryPage {
  readonly entries: readonly EntryFacts[];
  /** The cursor of the next page; undefined at the end. */
  readonly cursor: string | undefined;
}

export function finite(ms: number): number | undefined {
  return Number.isFinite(ms) ? ms : undefined;
}
