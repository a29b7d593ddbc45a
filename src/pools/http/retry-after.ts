import type { Clock } from '../../common/clock';

/**
 * What `Retry-After` asks for, in milliseconds: seconds or an HTTP date (RFC 9110, 10.2.3); 0 when absent or
 * unreadable.
 */
export function retryAfterMs(header: string | undefined, clock: Clock): number {
  if (header === undefined) return 0;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? 0 : Math.max(0, at - clock.now());
}
