/** What one trial at a rate showed. */
export interface Trial {
  readonly perSecond: number;
  /** Whether the objective held; undefined when the figures do not say, because the generator itself was late. */
  readonly held: boolean | undefined;
}

/** Where the search ended. */
export interface Knee {
  /** The highest rate at which the objective held three times; undefined when it held at none. */
  readonly perSecond: number | undefined;
  /**
   * `found`; `at most tried`: it held at the highest rate that may be tried; `generator late`: above this rate the
   * generator itself is too slow; `never held`: not even at the lowest rate; `out of time`.
   */
  readonly end: 'found' | 'at most tried' | 'generator late' | 'never held' | 'out of time';
  readonly trials: readonly Trial[];
}

export interface KneeSearch {
  /** The rates between which it is looked for, per second. */
  readonly from: number;
  readonly to: number;
  /** Offers the rate for a moment, or for longer to be sure. @returns as in `Trial` */
  readonly trial: (perSecond: number, confirming: boolean) => Promise<boolean | undefined>;
  /** Whether there is time for another trial. */
  readonly timeLeft: () => boolean;
}

const GROWTH = 2;
/** Good and bad rates that are this near to each other are near enough. */
const PRECISION = 0.03;
const CONFIRMATIONS = 3;
/** How far below a rate that was not confirmed the next one lies. */
const STEP_DOWN = 0.97;

/**
 * The highest rate of an open loop that keeps an objective: doubled until it fails, halved between the last two, and then
 * confirmed three times, since a queue that grows slowly shows only after a while.
 */
export async function findKnee({ from, to, trial, timeLeft }: KneeSearch): Promise<Knee> {
  const trials: Trial[] = [];
  const attempt = async (perSecond: number, confirming = false) => {
    const held = await trial(perSecond, confirming);
    trials.push({ perSecond, held });
    return held;
  };
  let good: number | undefined;
  let bad: number | undefined;
  let late = false;
  for (let perSecond = from; timeLeft();) {
    const held = await attempt(perSecond);
    if (held === true) good = perSecond;
    else {
      bad = perSecond;
      late = held === undefined;
    }
    if (good === undefined) return { perSecond: undefined, end: late ? 'generator late' : 'never held', trials };
    if (bad === undefined && good >= to) break;
    if (bad !== undefined && bad / good - 1 <= PRECISION) break;
    perSecond = bad === undefined ? Math.min(to, good * GROWTH) : Math.sqrt(good * bad);
  }
  for (let candidate = good; candidate !== undefined && candidate >= from && timeLeft(); candidate *= STEP_DOWN) {
    let confirmed = 0;
    while (confirmed < CONFIRMATIONS && timeLeft() && (await attempt(candidate, true)) === true) confirmed++;
    if (confirmed === CONFIRMATIONS) {
      const end = late ? 'generator late' : bad === undefined && candidate >= to ? 'at most tried' : 'found';
      return { perSecond: candidate, end, trials };
    }
  }
  return { perSecond: undefined, end: timeLeft() ? 'never held' : 'out of time', trials };
}
