import { QdrantClientResourceExhaustedError } from '@qdrant/js-client-rest';
import type { Clock } from '../../common/clock';
import { DomainError } from '../../common/errors/domain-error';
import type { Credentials } from '../credentials.options';
import type { CredentialsSource } from '../credentials-source';
import type { HttpConnections } from '../http/http-connections';
import type { HttpEndpoint } from '../http/http-endpoint';
import { retriesOf } from '../http/http-retries';
import type { HttpUpstream } from '../http/http-upstream';
import { isTransient } from '../http/repeatable';
import { poolCalls, PoolOperation, traceOperation } from '../pool-tracing';
import { retry, type RetryDecision } from '../retry';
import type { RetryBudget } from '../retry-budget';
import { QdrantDispatcher } from './qdrant-dispatcher';
import { isIdempotent } from './safe-operations';

const MAX_RESPONSE_BYTES = 256 * 1_048_576;

/** Statuses for a key that is not right: nothing was done. */
const REFUSED: ReadonlySet<unknown> = new Set([401, 403]);

/** What all operations of one `use` share. */
export interface QdrantCallContext {
  readonly pool: string;
  readonly totalTimeoutMs: number;
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
  readonly retry: boolean;
}

type Operation = (payload: unknown, init?: object) => Promise<unknown>;

/** Sends the operations of the client's API to the best server, within the deadline, and again where that is safe. */
export class QdrantCall {
  constructor(
    private readonly upstream: HttpUpstream,
    private readonly connections: HttpConnections,
    private readonly retryBudget: RetryBudget,
    private readonly clock: Clock,
    private readonly context: QdrantCallContext,
    private readonly credentials: CredentialsSource | undefined,
  ) {}

  /** `operation` of the generated API, named `name`, as it is to be called instead. */
  wrap(name: string, operation: Operation): Operation {
    return (payload, init) => {
      const run = () => this.run(name, operation, payload, init);
      return poolCalls.hasSubscribers
        ? traceOperation(poolCalls, new PoolOperation(this.context.pool, 'call', name), run)
        : run();
    };
  }

  private run(name: string, operation: Operation, payload: unknown, init: object | undefined): Promise<unknown> {
    const { deadlineMs, signal } = this.context;
    const tried = new Set<HttpEndpoint>();
    return retry(() => this.attempt(name, operation, payload, init, tried), {
      ...retriesOf(this.upstream),
      budget: this.retryBudget,
      clock: this.clock,
      deadlineMs,
      signal,
      decide: (failure) => this.decide(name, failure),
      onRetry: () => this.connections.counters.retries++,
    });
  }

  private async attempt(
    route: string,
    operation: Operation,
    payload: unknown,
    init: object | undefined,
    tried: Set<HttpEndpoint>,
  ) {
    const { totalTimeoutMs, deadlineMs, signal } = this.context;
    signal?.throwIfAborted();
    const endpoint = this.upstream.pick(route, tried);
    tried.add(endpoint);
    const limits = {
      pool: this.context.pool,
      totalTimeoutMs,
      deadlineMs,
      maxResponseBytes: MAX_RESPONSE_BYTES,
      signal,
      route,
      ignoreOpenBreaker: this.upstream.hasChoice,
    };
    let used: Credentials | undefined;
    const send = async () => {
      used = this.credentials && (await this.credentials.get());
      const headers: Record<string, string> = used ? { 'api-key': used.password } : {};
      const dispatcher = new QdrantDispatcher(endpoint, this.connections, limits, this.clock, headers);
      return await operation(payload, { ...init, dispatcher: dispatcher.forFetch() }).catch((error: unknown) => {
        throw dispatcher.failure ?? error;
      });
    };
    return await send().catch((error: unknown) => {
      const isRefused = REFUSED.has((error as { status?: unknown }).status);
      if (isRefused && this.credentials?.mayRenew(used)) return send();
      throw error;
    });
  }

  private decide(name: string, failure: unknown): RetryDecision {
    if (!this.context.retry) return 'give-up';
    const code = failure instanceof DomainError ? failure.code : undefined;
    if (code === 'HTTP_CONNECT_FAILED' || code === 'POOL_BREAKER_OPEN') return { afterMs: 0 };
    if (!isIdempotent(name)) return 'give-up';
    if (failure instanceof QdrantClientResourceExhaustedError) return { afterMs: failure.retry_after * 1_000 };
    // Errors of our own have a status as well, which is that of our answer and none of Qdrant's.
    const transient = code === undefined && isTransient((failure as { status?: number }).status ?? 0);
    return transient || code === 'HTTP_EXCHANGE_FAILED' ? { afterMs: 0 } : 'give-up';
  }
}
