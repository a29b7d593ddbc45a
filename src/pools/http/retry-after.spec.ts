import { ManualClock } from '../../testing/manual-clock';
import { retryAfterMs } from './retry-after';

describe('retryAfterMs', () => {
  const clock = new ManualClock(Date.parse('2026-01-01T00:00:00Z'));

  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
    ['soon', 0],
    ['-5', 0],
    [undefined, 0],
  ])('reads %j as %d ms', (header, expected) => {
    expect(retryAfterMs(header, clock)).toBe(expected);
  });
});
