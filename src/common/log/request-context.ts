import { AsyncLocalStorage } from 'node:async_hooks';

const requestIds = new AsyncLocalStorage<string>();

/** Runs `work`, and everything it starts, under the request's id. */
export function withRequestId<T>(requestId: string, work: () => T): T {
  return requestIds.run(requestId, work);
}

/** The id of the request this code runs for; undefined outside a request. */
export function currentRequestId(): string | undefined {
  return requestIds.getStore();
}
