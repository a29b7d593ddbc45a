import { LatencyHistogram } from '../../common/latency-histogram';

/** What happened to the callers of one namespace, whatever the tier. Counts only grow; NamespaceFigures explains each. */
export class NamespaceCounts {
  loads = 0;
  loadFailures = 0;
  coalesced = 0;
  staleServed = 0;
  refreshesAhead = 0;
  fenced = 0;
  backoffs = 0;
  readonly loadTime = new LatencyHistogram();
}
