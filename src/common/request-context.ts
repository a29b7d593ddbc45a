import { AsyncLocalStorage } from 'node:async_hooks';

/** The place of a request in the trace of its caller, from the header `traceparent` (W3C Trace Context). */
export interface TraceParent {
  /** 32 hexadecimal digits, the same for everything that one call causes. */
  readonly traceId: string;
  /** 16 hexadecimal digits: the caller's own span. */
  readonly parentId: string;
  /** Whether the caller records this trace. */
  readonly sampled: boolean;
}

/** What code knows of the request it runs for. */
export interface RequestContext {
  /** What the log calls the request; sent back as `X-Request-Id`. */
  readonly id: string;
  /** Undefined when the caller sent no valid `traceparent`. */
  readonly trace: TraceParent | undefined;
  /** When the request came, on the clock of `performance.now()`, in ms. */
  readonly startedAtMs: number;
}

const contexts = new AsyncLocalStorage<RequestContext>();

/** Runs `work`, and everything it starts, for this request. */
export function runInRequest<T>(context: RequestContext, work: () => T): T {
  return contexts.run(context, work);
}

/** The same for the rest of the present turn of the event loop, where there is no function to run. */
export function enterRequest(context: RequestContext): void {
  contexts.enterWith(context);
}

/** The request that the running code belongs to; undefined outside a request. */
export function currentRequest(): RequestContext | undefined {
  return contexts.getStore();
}
