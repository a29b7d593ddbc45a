export type Method = (this: unknown, ...args: unknown[]) => unknown;
export type Result = 'success' | 'error';

/** Calls `begin` before each call, and the function it returned when the call has ended; result and error stay the same. */
export function measuredMethod(method: Method, begin: () => (result: Result) => void): Method {
  return function measured(this: unknown, ...args: unknown[]): unknown {
    const end = begin();
    let answer: unknown;
    try {
      answer = method.apply(this, args);
    } catch (error) {
      end('error');
      throw error;
    }
    if (!isPromise(answer)) {
      end('success');
      return answer;
    }
    // Watched from the side: the caller gets the promise that the method made.
    answer.then(
      () => end('success'),
      () => end('error'),
    );
    return answer;
  };
}

/** Whether the value is a promise of any make, so that its end can be waited for. */
function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as Promise<unknown>).then === 'function';
}
