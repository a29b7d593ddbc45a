export interface Outcome {
  readonly value?: unknown;
  readonly error?: Error;
  /** The `code` of the error. */
  readonly code?: string | undefined;
  readonly ms: number;
}

/** How a promise ended and after how many milliseconds; never rejects. */
export async function outcome(promise: Promise<unknown>): Promise<Outcome> {
  const began = performance.now();
  try {
    return { value: await promise, ms: performance.now() - began };
  } catch (error) {
    return { error: error as Error, code: (error as { code?: string }).code, ms: performance.now() - began };
  }
}
