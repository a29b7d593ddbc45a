import { channel } from 'node:diagnostics_channel';
import { FineHistogram } from '../load/fine-histogram';

interface EndedRequest {
  readonly requestId: string;
  readonly durationMs: number | undefined;
}

/** What `X-Request-Id` of a run's own requests begins with. */
export const ownRequestId = (runId: string): string => `benchmark-${runId}`;

/** How long requests to this service took that are not those of a run, between `start` and `stop`. */
export class NeighbourTimes {
  private readonly times = new FineHistogram();
  private readonly ends = channel('tracing:performance-gateway:http:request:asyncEnd');

  constructor(private readonly runId: string) {}

  start(): void {
    this.ends.subscribe(this.onEnd);
  }

  stop(): void {
    this.ends.unsubscribe(this.onEnd);
  }

  get count(): number {
    return this.times.count;
  }
  get p99Ms(): number {
    return this.times.quantileMs(0.99);
  }

  private readonly onEnd = (message: unknown) => {
    const { requestId, durationMs } = message as EndedRequest;
    if (durationMs !== undefined && !requestId.startsWith(ownRequestId(this.runId))) this.times.record(durationMs);
  };
}
