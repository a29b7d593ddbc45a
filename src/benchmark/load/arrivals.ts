import { seededRandom } from '../seeded-random';

/**
 * When requests are to be sent. `constant`: at equal distances. `poisson`: independently of each other, as many callers
 * who know nothing of each other do; the same seed gives the same moments.
 */
export interface Arrivals {
  readonly kind: 'constant' | 'poisson';
  /** Above 0. */
  readonly perSecond: number;
  readonly seed: number;
}

/** The moments of `arrivals`, in ms from the first, without end. */
export function* arrivalTimes({ kind, perSecond, seed }: Arrivals): Generator<number, never> {
  const everyMs = 1_000 / perSecond;
  const random = seededRandom(seed);
  let poissonMs = 0;
  for (let n = 0; ; n++) {
    yield kind === 'constant' ? n * everyMs : poissonMs;
    poissonMs -= Math.log(1 - random()) * everyMs;
  }
}
