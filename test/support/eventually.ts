import { setTimeout as sleep } from 'node:timers/promises';

/** Polls until `probe` answers something truthy and returns that; fails with `what` after `timeoutMs`. */
export async function eventually<T>(
  what: string,
  probe: () => T | Promise<T>,
  { timeoutMs = 10_000, everyMs = 20 } = {},
): Promise<NonNullable<T>> {
  const deadline = performance.now() + timeoutMs;
  let lastError: unknown;
  while (performance.now() < deadline) {
    try {
      const answer = await probe();
      if (answer) return answer as NonNullable<T>;
    } catch (error) {
      lastError = error;
    }
    await sleep(everyMs);
  }
  throw new Error(`after ${timeoutMs} ms still not so: ${what}`, { cause: lastError });
}
