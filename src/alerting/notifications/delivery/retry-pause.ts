const FIRST_MS = 1_000;
const LONGEST_MS = 300_000;
const JITTER = 0.25;

/** How long (ms) to wait after so many failed attempts: twice as long each time, up to five minutes, ±25 %. */
export function retryPauseMs(attempts: number, random: () => number = Math.random): number {
  const pauseMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempts - 1, 20));
  return pauseMs * (1 - JITTER + random() * 2 * JITTER);
}

/** What a `Retry-After` of seconds, or of a date, asks for (ms); `undefined` when it says nothing. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
