import { ManualClock } from '../../testing/manual-clock';
import { FailureLog } from './failure-log';

describe('FailureLog', () => {
  const clock = new ManualClock(Date.UTC(2026, 0, 1));
  const lines: string[] = [];
  const logger = { warn: (text: string) => lines.push(text), log: (text: string) => lines.push(text) };
  let log: FailureLog;

  beforeEach(() => {
    lines.length = 0;
    log = new FailureLog(logger, clock, 'Rows are written again');
  });

  const fail = (reason: string) => log.failed('Rows could not be written', new Error(reason));

  it('says a failure once, however often it happens, and its end', () => {
    for (let i = 0; i < 600; i++, clock.advance(1_000)) fail('disk full');
    log.succeeded();
    log.succeeded();
    expect(lines).toEqual(['Rows could not be written: Error: disk full', 'Rows are written again, after 600 s']);
  });

  it('says each new reason, but one a minute at most', () => {
    for (let i = 0; i < 120; i++, clock.advance(1_000)) fail(`reason ${i}`);
    expect(lines).toEqual(['reason 0', 'reason 60'].map((reason) => `Rows could not be written: Error: ${reason}`));
  });

  it('says a reason that comes after an earlier outage', () => {
    fail('connection refused');
    clock.advance(61_000);
    fail('read-only');
    expect(lines.at(-1)).toContain('read-only');
    log.succeeded();
    fail('read-only');
    expect(lines.filter((line) => line.includes('read-only'))).toHaveLength(2);
  });

  it('knows since when and why, also when the clock is set meanwhile', () => {
    expect(log.current).toBeUndefined();
    const sinceMs = clock.now();
    fail('a');
    clock.advance(5_000);
    fail('b');
    expect(log.current).toEqual({ sinceMs, lastsMs: 5_000, reason: 'b' });
    log.succeeded();
    expect(log.current).toBeUndefined();
  });
});
