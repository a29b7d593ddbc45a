import { LatencyHistogram } from '../common/latency-histogram';

/** What callers of one namespace met, whatever the tier; only grows. */
export class NamespaceCounts {
  loads = 0;
  loadFailures = 0;
  /** Callers that waited for a load somebody else had begun. */
  coalesced = 0;
  staleServed = 0;
  refreshesAhead = 0;
  /** Loaded values not stored because they were invalidated meanwhile. */
  fenced = 0;
  /** Calls answered with the error of a load that failed a moment ago. */
  backoffs = 0;
  readonly loadTime = new LatencyHistogram();
}
