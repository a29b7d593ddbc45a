import { BucketCounts } from '../../../common/bucket-counts';
import { LatencyHistogram } from '../../../common/latency-histogram';
import { ownString } from '../../../common/own-string';
import { DURATION_BUCKETS_SECONDS } from '../../registry/duration-buckets';

export const SIZE_BUCKETS_BYTES: readonly number[] = [100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];

/** The methods that the semantic conventions name; a client can invent others without end. */
const METHODS: ReadonlySet<string> = new Set('CONNECT DELETE GET HEAD OPTIONS PATCH POST PUT QUERY TRACE'.split(' '));
const OTHER = '_OTHER';
/** What became of a request: the status of its response, or that the client went away before it was complete. */
export type Outcome = number | 'aborted';

/** The requests of one method on one route. */
export class MethodCounts {
  readonly durations = new Map<Outcome, BucketCounts>();
  /** All of them together, for quantiles. */
  readonly latencies = new LatencyHistogram();
  readonly requestBytes = new BucketCounts(SIZE_BUCKETS_BYTES);
  readonly responseBytes = new BucketCounts(SIZE_BUCKETS_BYTES);

  constructor(
    readonly route: string,
    readonly method: string,
    private readonly bounds: readonly number[],
  ) {}

  /** The durations that ended so; made when there are none yet. */
  of(outcome: Outcome): BucketCounts {
    let counts = this.durations.get(outcome);
    if (counts === undefined) {
      counts = new BucketCounts(this.bounds);
      this.durations.set(outcome, counts);
    }
    return counts;
  }
}

/**
 * Requests by route template, method and outcome. Finding the counts of a known route allocates nothing. Routes come from
 * the code, but a name may be given by the application: above the limit all are counted under `_OTHER`.
 */
export class HttpRequestCounts {
  private readonly routes = new Map<string, Map<string, MethodCounts>>();
  private readonly overflow: MethodCounts;

  /**
   * @param bounds of the buckets of durations, in seconds
   * @param take whether there is room for one more combination of route, method and outcome
   */
  constructor(
    private readonly bounds: readonly number[] = DURATION_BUCKETS_SECONDS,
    private readonly take: () => boolean = () => true,
  ) {
    this.overflow = new MethodCounts(OTHER, OTHER, bounds);
  }

  /** Counts a request that has ended. @returns the counts that the sizes of its bodies belong to */
  finished(route: string, method: string, outcome: Outcome, seconds: number): MethodCounts {
    const known = this.routes.get(route)?.get(method);
    const counts = known?.durations.has(outcome) ? known : this.withRoom(route, method, outcome);
    counts.of(outcome).record(seconds);
    counts.latencies.record(seconds * 1_000);
    return counts;
  }

  *all(): Iterable<MethodCounts> {
    for (const methods of this.routes.values()) yield* methods.values();
    if (this.overflow.durations.size > 0) yield this.overflow;
  }

  private withRoom(route: string, givenMethod: string, outcome: Outcome): MethodCounts {
    const method = knownMethod(givenMethod);
    const known = this.routes.get(route)?.get(method);
    if (known?.durations.has(outcome)) return known;
    if (!this.take()) return this.overflow;
    if (known !== undefined) return known;
    const counts = new MethodCounts(ownString(route), method, this.bounds);
    const methods = this.routes.get(route) ?? new Map<string, MethodCounts>();
    this.routes.set(counts.route, methods.set(method, counts));
    return counts;
  }
}

/** The method as a label: one that is not in the conventions counts as `_OTHER`. */
export function knownMethod(method: string): string {
  return METHODS.has(method) ? method : OTHER;
}
