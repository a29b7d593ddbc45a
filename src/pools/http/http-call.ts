import type { Dispatcher } from 'undici';
import type { Clock } from '../../common/clock';
import type { Credentials } from '../credentials.options';
import { retryAfter } from '../retry';
import type { RetryBudget } from '../retry-budget';
import { ACCEPTED, ContentDecoding } from './content-decoding';
import { type AttemptLimits, HttpAttempt } from './http-attempt';
import type { HttpConnections } from './http-connections';
import type { HttpEndpoint } from './http-endpoint';
import { HttpRedirectError, type HttpTargetFacts } from './http.errors';
import type { HttpRequestOptions, HttpStreamOptions } from './http.options';
import type { HttpResponse } from './http-response';
import type { HttpResponseStream } from './http-response-stream';
import { retriesOf } from './http-retries';
import type { HttpTargets } from './http-targets';
import type { HttpTarget } from './http-upstream';
import { OutgoingBody } from './outgoing-body';
import { locationOf, redirected, type RedirectedOptions } from './redirects';
import { isRepeatable, isTransient, TransientResponseError } from './repeatable';
import { ResponseCollector } from './response-collector';
import { ResponseStreamer } from './response-streamer';
import { retryAfterMs } from './retry-after';

/** What all calls of one pool share. */
export interface HttpCalls {
  readonly pool: string;
  readonly connections: HttpConnections;
  readonly targets: HttpTargets;
  readonly retryBudget: RetryBudget;
  readonly clock: Clock;
}

type Answer = HttpResponse | HttpResponseStream;

/** The options of a call with defaults filled in. */
export type CallOptions = (HttpRequestOptions | HttpStreamOptions) & {
  readonly totalTimeoutMs: number;
  readonly maxResponseBytes: number;
};

/** What is sent to one target, until an answer leads to another. */
interface Step extends RedirectedOptions {
  readonly target: HttpTarget;
  readonly tried: Set<HttpEndpoint>;
}

/** One call to its end: the attempts, each on one connection, and the redirects that it follows. */
export class HttpCall<A extends Answer> {
  private readonly deadlineMs: number;
  private readonly outgoing: OutgoingBody | undefined;

  constructor(
    private readonly calls: HttpCalls,
    private readonly options: CallOptions,
    /** How long a body may be idle that is read as it comes; undefined: the answer is read to its end. */
    private readonly stallTimeoutMs: number | undefined,
  ) {
    this.deadlineMs = calls.clock.monotonic() + options.totalTimeoutMs;
    this.outgoing = OutgoingBody.of(options.body);
  }

  async run(url: string | URL): Promise<A> {
    const { method, headers, body, maxRedirects = 0 } = this.options;
    try {
      let step: Step = { target: this.calls.targets.find(url), tried: new Set(), method, headers, body };
      for (let redirects = 0; ; redirects++) {
        const answer = await this.send(step);
        answer.redirects = redirects;
        const location = maxRedirects === 0 ? undefined : locationOf(answer.status, answer.headers.location);
        if (location === undefined) return answer;
        discard(answer);
        step = this.follow(step, answer, location, redirects === maxRedirects);
      }
    } catch (error) {
      this.outgoing?.stop();
      throw error;
    }
  }

  /** Sends it, and again where that is safe; if a 429 or 5xx remains, it is the answer. */
  private async send(step: Step): Promise<A> {
    try {
      return await this.attempt(step, 1);
    } catch (failure) {
      return await this.retry(failure, step);
    }
  }

  private async retry(failure: unknown, step: Step): Promise<A> {
    const { connections, clock, retryBudget } = this.calls;
    const { upstream } = step.target;
    let attempts = 1;
    let last = failure;
    try {
      return await retryAfter(failure, () => this.attempt(step, ++attempts), {
        ...retriesOf(upstream),
        budget: retryBudget,
        clock,
        deadlineMs: this.deadlineMs,
        signal: this.options.signal,
        decide: (error) => {
          last = error;
          if (!isRepeatable(error, { ...step, retry: this.options.retry! }, this.outgoing)) return 'give-up';
          // Another server may be able to answer at once.
          if (upstream.hasChoice || !(error instanceof TransientResponseError)) return { afterMs: 0 };
          return { afterMs: retryAfterMs(error.response.headers['retry-after'], clock) };
        },
        onRetry: () => {
          connections.counters.retries++;
          if (last instanceof TransientResponseError) discard(last.response);
        },
      });
    } catch (error) {
      if (error instanceof TransientResponseError) return error.response as A;
      throw error;
    }
  }

  private async attempt(step: Step, attempts: number): Promise<A> {
    const { method = 'GET', headers: given, body, target, tried } = step;
    const { upstream, path } = target;
    const route = upstream.routeOf(method, path);
    const endpoint = upstream.pick(route, tried);
    tried.add(endpoint);
    const headers = this.headersOf(given);
    const outgoing = body === this.options.body ? this.outgoing : undefined;
    const request = { method, path: endpoint.basePath + path, headers, body: (outgoing ?? body ?? null) as never };
    const send = (credentials?: Credentials) => this.exchange(endpoint, withCredentials(request, credentials), route, upstream.hasChoice, outgoing); // prettier-ignore
    const credentials = has(given, 'authorization') ? undefined : upstream.credentials;
    if (credentials === undefined) return answered(await send(), attempts);
    const used = await credentials.get();
    const first = await send(used);
    const isStale = first.status === 401 && !outgoing?.hasBegun && credentials.mayRenew(used);
    if (!isStale) return answered(first, attempts);
    discard(first);
    return answered(await send(await credentials.get()), attempts);
  }

  private async exchange(
    endpoint: HttpEndpoint,
    request: Dispatcher.DispatchOptions,
    route: string,
    ignoreOpenBreaker: boolean,
    outgoing: OutgoingBody | undefined,
  ): Promise<A> {
    const { pool, connections, clock } = this.calls;
    const { totalTimeoutMs, maxResponseBytes, signal, decompress = true } = this.options;
    const { stallTimeoutMs, deadlineMs } = this;
    const untilHead = stallTimeoutMs !== undefined;
    const limits: AttemptLimits = { pool, totalTimeoutMs, deadlineMs, maxResponseBytes, signal, route, ignoreOpenBreaker, untilHead, outgoing }; // prettier-ignore
    const url = endpoint.origin + request.path;
    const target = { pool, method: request.method, origin: endpoint.origin };
    let attempt!: HttpAttempt;
    const response = await new Promise<Answer>((resolve, reject) => {
      const sink =
        stallTimeoutMs === undefined
          ? new ResponseCollector(endpoint.origin, url, (headers) => (decompress ? ContentDecoding.of(headers, target, maxResponseBytes) : undefined), resolve, reject) // prettier-ignore
          : new ResponseStreamer({ target, url, decompress, maxResponseBytes, stallTimeoutMs }, clock, (error) => attempt.abort(error), resolve, reject); // prettier-ignore
      attempt = new HttpAttempt(endpoint, connections, request, limits, sink, clock);
      attempt.start();
    });
    response.reused = attempt.reused;
    return response as A;
  }

  private headersOf(given: HttpRequestOptions['headers']): HttpRequestOptions['headers'] | null {
    if (this.options.decompress === false || has(given, 'accept-encoding')) return given ?? null;
    return given === undefined ? ACCEPTED : { ...ACCEPTED, ...given };
  }

  private follow(step: Step, answer: Answer, location: string, isOneTooMany: boolean): Step {
    const { pool, targets } = this.calls;
    const facts: HttpTargetFacts = { pool, method: step.method ?? 'GET', origin: answer.origin };
    if (isOneTooMany) throw new HttpRedirectError(facts, `maxRedirects is ${this.options.maxRedirects}`);
    const to = URL.parse(location, answer.url);
    if (to === null) throw new HttpRedirectError(facts, 'its location is no URL');
    const next = redirected(answer.status, step, to.origin === answer.origin);
    if (next.body !== undefined && this.outgoing?.hasBegun) {
      throw new HttpRedirectError(facts, 'the body was a stream, which cannot be sent again');
    }
    try {
      return { ...next, target: step.target.upstream.targetAt(to) ?? targets.find(to), tried: new Set() };
    } catch (error) {
      throw new HttpRedirectError(facts, 'its location is not to be requested', error);
    }
  }
}

/** An answer that somebody else takes the place of. */
function discard(answer: Answer): void {
  if ('discard' in answer) answer.discard();
}

/** What the caller has written goes before what would be added. */
const has = (headers: HttpRequestOptions['headers'], wanted: string): boolean => {
  for (const name in headers) if (name.length === wanted.length && name.toLowerCase() === wanted) return true;
  return false;
};

function withCredentials(
  request: Dispatcher.DispatchOptions,
  credentials: Credentials | undefined,
): Dispatcher.DispatchOptions {
  if (credentials === undefined) return request;
  const { username, password } = credentials;
  const authorization =
    username === undefined
      ? `Bearer ${password}`
      : `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  return { ...request, headers: { ...(request.headers as Record<string, string>), authorization } };
}

/** The answer to one attempt. @throws TransientResponseError for one that may be different when it is asked again */
function answered<A extends Answer>(answer: A, attempts: number): A {
  answer.attempts = attempts;
  if (isTransient(answer.status)) throw new TransientResponseError(answer);
  return answer;
}
