/** What is known of an entry besides its value. */
export interface EntryFacts {
  readonly key: string;
  readonly namespace: string;
  readonly bytes: number;
  readonly tags: readonly string[];
  /** For how long it is fresh yet (ms); negative once it is stale, undefined for ever or unknown. */
  readonly freshMs: number | undefined;
  /** For how long it may be served yet, stale or not (ms). */
  readonly servableMs: number | undefined;
  /** How long ago it was stored and last used here (ms); undefined where that is not known. */
  readonly ageMs: number | undefined;
  readonly idleMs: number | undefined;
}

export interface EntryPage {
  readonly entries: readonly EntryFacts[];
  /** Where to go on; undefined at the end. */
  readonly cursor: string | undefined;
}

export function finite(ms: number): number | undefined {
  return Number.isFinite(ms) ? ms : undefined;
}
