import { randomUUID } from 'node:crypto';
import { AlertMatcher, type LabelSet, matchesAll, type MatchOperator } from '../matching/alert-matcher';
import { SilenceInvalidError, SilenceUnknownError } from '../notifications.errors';
import type { SharedState, StateTable } from '../state/shared-state';

/** Silences kept at a time, the expired ones included. */
const MAX_SILENCES = 10_000;
/** How long (ms) an expired silence is kept. */
const EXPIRED_KEPT_MS = 432_000_000;
const MAX_TEXT = 4_096;

export interface SilenceMatcher {
  readonly name: string;
  readonly value: string;
  readonly isRegex: boolean;
  readonly isEqual: boolean;
}

/** For a time nothing is told of the alerts that match. */
export interface Silence {
  readonly id: string;
  readonly matchers: readonly SilenceMatcher[];
  /** Unix ms, all of them. */
  readonly startsAt: number;
  readonly endsAt: number;
  readonly updatedAt: number;
  readonly createdBy: string;
  readonly comment: string;
}

export type SilenceState = 'expired' | 'active' | 'pending';

export function silenceState({ startsAt, endsAt }: Silence, nowMs: number): SilenceState {
  if (endsAt <= nowMs) return 'expired';
  return startsAt > nowMs ? 'pending' : 'active';
}

/** @throws AlertMatcherError */
export function matcherOf({ name, value, isRegex, isEqual }: SilenceMatcher): AlertMatcher {
  return new AlertMatcher(name, `${isEqual ? '=' : '!'}${isRegex ? '~' : isEqual ? '' : '='}` as MatchOperator, value);
}

/** The silences of all copies. */
export class Silences {
  private readonly silences: StateTable<Silence>;
  private readonly matchers = new Map<string, readonly AlertMatcher[]>();

  constructor(private readonly state: SharedState) {
    this.silences = state.table<Silence>('silence');
    state.onChange(({ kind, id }) => {
      if (kind === 'silence') this.matchers.delete(id);
    });
  }

  /** @throws SilenceUnknownError */
  get(id: string): Silence {
    const silence = this.silences.get(id);
    if (silence === undefined) throw new SilenceUnknownError(id);
    return silence;
  }

  all(): Iterable<Silence> {
    return this.silences.values();
  }

  /**
   * Makes a silence, or changes one. As in Alertmanager, one that cannot be changed as asked (its matchers differ, or it
   * has ended) expires and a new one takes its place. @returns its id
   * @throws SilenceInvalidError, SilenceUnknownError, AlertMatcherError
   */
  set(given: Omit<Silence, 'id' | 'updatedAt'> & { readonly id?: string | undefined }, nowMs: number): string {
    refuseWrong(given, nowMs);
    const before = given.id ? this.get(given.id) : undefined;
    const changes = before !== undefined && canChange(before, given, nowMs);
    if (before === undefined && this.silences.size >= MAX_SILENCES)
      throw new SilenceInvalidError(`there are ${MAX_SILENCES} silences; expire some`);
    if (before !== undefined && !changes && silenceState(before, nowMs) !== 'expired') this.expire(before.id, nowMs);
    const startsAt = changes && before.startsAt <= nowMs ? before.startsAt : Math.max(given.startsAt, nowMs);
    const id = changes ? before.id : randomUUID();
    const silence = { ...given, id, startsAt, updatedAt: nowMs };
    this.put(silence);
    this.record(changes ? 'changed' : 'made', silence, nowMs);
    return id;
  }

  /** Ends one now. @throws SilenceUnknownError when there is none, or it has ended */
  expire(id: string, nowMs: number): void {
    const silence = this.get(id);
    if (silenceState(silence, nowMs) === 'expired') throw new SilenceUnknownError(id);
    const expired = { ...silence, startsAt: Math.min(silence.startsAt, nowMs), endsAt: nowMs, updatedAt: nowMs };
    this.put(expired);
    this.record('expired', expired, nowMs);
  }

  /** The ids of the active silences that match. */
  silencing(labels: LabelSet, nowMs: number): string[] {
    const found: string[] = [];
    for (const silence of this.silences.values()) {
      if (silenceState(silence, nowMs) === 'active' && matchesAll(labels, this.matchersOf(silence)))
        found.push(silence.id);
    }
    return found;
  }

  forget(nowMs: number): void {
    for (const { id, endsAt } of this.silences.values()) {
      if (endsAt + EXPIRED_KEPT_MS < nowMs) this.silences.delete(id);
    }
  }

  private matchersOf(silence: Silence): readonly AlertMatcher[] {
    const known = this.matchers.get(silence.id);
    if (known !== undefined) return known;
    const made = silence.matchers.map(matcherOf);
    this.matchers.set(silence.id, made);
    return made;
  }

  private put(silence: Silence): void {
    this.matchers.delete(silence.id);
    this.silences.put(silence.id, silence);
  }

  private record(what: 'made' | 'changed' | 'expired', silence: Silence, atMs: number): void {
    const names = silence.matchers.filter(({ name, isRegex, isEqual }) => name === 'alertname' && isEqual && !isRegex);
    const detail = { what, ...silence };
    this.state.record({ atMs, kind: 'silence', alertnames: names.map(({ value }) => value), detail });
  }
}

/** What is under way keeps its start and its matchers. */
function canChange(before: Silence, given: Omit<Silence, 'id' | 'updatedAt'>, nowMs: number): boolean {
  if (JSON.stringify(before.matchers) !== JSON.stringify(given.matchers)) return false;
  switch (silenceState(before, nowMs)) {
    case 'active':
      return Math.abs(given.startsAt - before.startsAt) < 1_000;
    case 'pending':
      return true;
    default:
      return false;
  }
}

function refuseWrong(
  { matchers, startsAt, endsAt, createdBy, comment }: Omit<Silence, 'id' | 'updatedAt'>,
  nowMs: number,
) {
  if (matchers.length === 0) throw new SilenceInvalidError('invalid silence: at least one matcher required');
  const made = matchers.map(matcherOf);
  if (made.every((matcher) => matcher.matches({})))
    throw new SilenceInvalidError('invalid silence: at least one matcher must not match the empty string');
  if (!(startsAt < endsAt)) throw new SilenceInvalidError('start time must be before end time');
  if (endsAt < nowMs) throw new SilenceInvalidError("end time can't be in the past");
  if (createdBy.length > MAX_TEXT || comment.length > MAX_TEXT)
    throw new SilenceInvalidError(`createdBy and comment have ${MAX_TEXT} characters at most`);
}
