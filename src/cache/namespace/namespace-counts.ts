import { LatencyHistogram } from '../../common/latency-histogram';

/** What callers of one namespace met, whatever the tier; only grows. NamespaceFigures says what each figure means. */
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
