import { InvalidationLog } from './invalidation-log';

describe('InvalidationLog', () => {
  let log: InvalidationLog;
  beforeEach(() => {
    log = new InvalidationLog();
  });

  it('tells a load of what was invalidated while it ran, and of nothing else', () => {
    log.key('k'); // before anything ran
    const start = log.begin();
    expect(log.invalidatedSince(start, 'k', ['t'])).toBe(false);
    log.key('other');
    log.tag('k');
    expect(log.invalidatedSince(start, 'k', ['t'])).toBe(false);
    log.key('k');
    expect(log.invalidatedSince(start, 'k', [])).toBe(true);
    expect(log.invalidatedSince(start, 'x', ['t'])).toBe(false);
    log.tag('t');
    expect(log.invalidatedSince(start, 'x', ['s', 't'])).toBe(true);
  });

  it('does not tell a load of what was invalidated before it began', () => {
    const first = log.begin();
    log.key('k');
    log.tag('t');
    log.all();
    const second = log.begin();
    expect(log.invalidatedSince(first, 'k', [])).toBe(true);
    expect(log.invalidatedSince(second, 'k', ['t'])).toBe(false);
    log.all();
    expect(log.invalidatedSince(second, 'any', [])).toBe(true);
  });

  it('keeps what was noted until the last of those that overlap has ended', () => {
    const long = log.begin();
    log.begin();
    log.key('k');
    log.end();
    expect(log.invalidatedSince(long, 'k', [])).toBe(true);
    log.end();
    // The next one starts with nothing remembered against it.
    const next = log.begin();
    expect(log.invalidatedSince(next, 'k', [])).toBe(false);
  });

  it('counts everything as invalidated for those that began before what it had to forget', () => {
    const early = log.begin();
    log.key('first');
    const late = log.begin();
    for (let n = 0; n < 10_000; n++) log.key(`k${n}`);
    expect(log.invalidatedSince(early, 'first', [])).toBe(true);
    expect(log.invalidatedSince(early, 'untouched', [])).toBe(true);
    expect(log.invalidatedSince(late, 'untouched', [])).toBe(false);
    expect(log.invalidatedSince(late, 'k0', [])).toBe(true);
  });

  it('does not forget a name that is noted again and again', () => {
    const start = log.begin();
    for (let n = 0; n < 50_000; n++) log.key('same');
    expect(log.invalidatedSince(start, 'untouched', [])).toBe(false);
    expect(log.invalidatedSince(start, 'same', [])).toBe(true);
    for (let n = 1; n < 10_000; n++) log.key(`k${n}`);
    const later = log.begin();
    log.key('same');
    log.key('one more'); // k1 is the oldest now, and forgotten
    expect(log.invalidatedSince(later, 'untouched', [])).toBe(false);
    expect(log.invalidatedSince(later, 'same', [])).toBe(true);
  });
});
