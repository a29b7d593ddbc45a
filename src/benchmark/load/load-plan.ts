import type { Arrivals } from './arrivals';
import type { HistogramCounts } from './fine-histogram';

/** One kind of request of a load, taken in proportion to its weight. */
export interface PlannedRequest {
  readonly method: string;
  /** With its query, from the first slash on. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly weight: number;
}

/** So many callers, each of which waits for its answer before it asks again. */
export interface ClosedLoop {
  readonly kind: 'closed';
  readonly callers: number;
}

/** What the generator is to do. */
export interface LoadPlan {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly requests: readonly PlannedRequest[];
  readonly arrivals: Arrivals | ClosedLoop;
  /** Sent, but not counted. */
  readonly warmUpMs: number;
  readonly durationMs: number;
  /** After so long a request counts as failed, with this latency. */
  readonly timeoutMs: number;
  /** Sockets at most; a request that finds none free waits, which its latency contains. */
  readonly connections: number;
  /** Draws the mix of requests. */
  readonly seed: number;
}

/** What was measured of the requests whose intended start lay within `durationMs`. */
export interface LoadFigures {
  readonly sent: number;
  /** Answers by status: `{ 200: 990, 503: 10 }`. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Requests without an answer, by what happened: `timeout`, or the code of the error. */
  readonly failures: Readonly<Record<string, number>>;
  readonly bytes: number;
  /** From the first intended start to the end of the measured time, or of the last answer when that is later. */
  readonly durationMs: number;
  /** From the intended start to the end of the answer, so that a stall of the server is seen by every request it kept waiting. */
  readonly latency: HistogramCounts;
  /** From the intended start to when the generator got to send it: how late it was itself. */
  readonly lateness: HistogramCounts;
  /** The measured time in slices, in order: how the latencies of those went that were to be sent in each. */
  readonly slices: readonly { readonly meanMs: number; readonly p99Ms: number }[];
  /** CPU time of the generator's thread. */
  readonly generatorCpuMs: number;
}

/** Messages of the generator's thread. */
export type GeneratorMessage =
  /** The measured time begins. */
  | { readonly type: 'measuring' }
  /** It has stopped by itself, since nothing came from the thread of the service for so long. */
  | { readonly type: 'held'; readonly forMs: number }
  | { readonly type: 'interim'; readonly figures: LoadFigures; readonly elapsedMs: number }
  | { readonly type: 'done'; readonly figures: LoadFigures };
