import { Dispatcher, Dispatcher1Wrapper } from 'undici';
import type { Clock } from '../../common/clock';
import { type AttemptLimits, HttpAttempt } from '../http/http-attempt';
import type { HttpConnections } from '../http/http-connections';
import type { HttpEndpoint } from '../http/http-endpoint';

/** Sends a request of the Qdrant client to `endpoint`, over the pool's connections and within its limits. */
export class QdrantDispatcher extends Dispatcher {
  private attempt: HttpAttempt | undefined;

  constructor(
    private readonly endpoint: HttpEndpoint,
    private readonly connections: HttpConnections,
    private readonly limits: AttemptLimits,
    private readonly clock: Clock,
    /** Sent with the request, before what the client has of the same name. */
    private readonly headers: Readonly<Record<string, string>>,
  ) {
    super();
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const headers = { ...(options.headers as object), ...this.headers };
    const request = { ...options, headers, path: this.endpoint.basePath + options.path };
    this.attempt = new HttpAttempt(this.endpoint, this.connections, request, this.limits, handler, this.clock);
    this.attempt.start();
    return true;
  }

  /** The error of the request; `fetch` itself only says "fetch failed". */
  get failure(): Error | undefined {
    return this.attempt?.failure;
  }

  /** This dispatcher in the form that Node's own `fetch` takes, which the client uses and which has an older undici. */
  forFetch(): Dispatcher {
    return new Dispatcher1Wrapper(this) as unknown as Dispatcher;
  }
}
