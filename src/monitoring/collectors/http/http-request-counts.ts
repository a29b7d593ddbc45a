import { BucketCounts } from '../../../common/bucket-counts';
import { DURATION_BUCKETS_SECONDS } from '../../registry/duration-buckets';

export const SIZE_BUCKETS_BYTES: readonly number[] = [100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];

/** The methods that the semantic conventions name; a client can invent others without end. */
const METHODS: ReadonlySet<string> = new Set('CONNECT DELETE GET HEAD OPTIONS PATCH POST PUT QUERY TRACE'.split(' '));
const OTHER = '_OTHER';
/** Templates come from the code, but a router mounted below a parameter would bring values into them. */
const MAX_ROUTES = 1_000;

/** What became of a request: the status of its response, or that the client went away before it was complete. */
export type Outcome = number | 'aborted';

/** The requests of one method on one route. */
export class MethodCounts {
  readonly durations = new Map<Outcome, BucketCounts>();
  readonly requestBytes = new BucketCounts(SIZE_BUCKETS_BYTES);
  readonly responseBytes = new BucketCounts(SIZE_BUCKETS_BYTES);

  constructor(
    readonly route: string,
    readonly method: string,
  ) {}

  finished(outcome: Outcome, seconds: number): void {
    let counts = this.durations.get(outcome);
    if (counts === undefined) {
      counts = new BucketCounts(DURATION_BUCKETS_SECONDS);
      this.durations.set(outcome, counts);
    }
    counts.record(seconds);
  }
}

/** Requests by route template, method and outcome. Finding the counts of a known route allocates nothing. */
export class HttpRequestCounts {
  private readonly routes = new Map<string, Map<string, MethodCounts>>();

  of(route: string, method: string): MethodCounts {
    const methods = this.routes.get(route) ?? this.addRoute(route);
    return methods.get(method) ?? this.addMethod(methods, route, method);
  }

  *all(): Iterable<MethodCounts> {
    for (const methods of this.routes.values()) yield* methods.values();
  }

  private addRoute(route: string): Map<string, MethodCounts> {
    const name = this.routes.size < MAX_ROUTES ? route : OTHER;
    const known = this.routes.get(name);
    if (known !== undefined) return known;
    const methods = new Map<string, MethodCounts>();
    this.routes.set(name, methods);
    return methods;
  }

  private addMethod(methods: Map<string, MethodCounts>, route: string, method: string): MethodCounts {
    const name = knownMethod(method);
    const template = this.routes.get(route) === methods ? route : OTHER;
    const counts = methods.get(name) ?? new MethodCounts(template, name);
    methods.set(name, counts);
    return counts;
  }
}

/** The method as a label: one that is not in the conventions counts as `_OTHER`. */
export function knownMethod(method: string): string {
  return METHODS.has(method) ? method : OTHER;
}
