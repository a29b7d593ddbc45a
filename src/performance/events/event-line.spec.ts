import { channel } from 'node:diagnostics_channel';
import { ManualClock } from '../../testing/manual-clock';
import { EventLine } from './event-line';

const audit = (target: string) =>
  channel('performance-gateway:audit').publish({ action: 'pool.resize', target, who: 'ann' });

describe('EventLine', () => {
  const clock = new ManualClock(1_000_000);
  let line: EventLine;
  beforeEach(() => {
    line = new EventLine(clock);
    line.onModuleInit();
  });
  afterEach(() => line.onModuleDestroy());
  const whats = () => line.between(0, Infinity, 10_000).map(({ what }) => what);

  it('keeps who changed what, and which servers went and came back', () => {
    audit('postgres');
    const state = channel('performance-gateway:pools:state');
    state.publish({ pool: 'redis', endpoint: 'redis', from: undefined, to: 'up' });
    state.publish({ pool: 'redis', endpoint: 'redis', from: 'up', to: 'down', error: 'ECONNREFUSED' });
    state.publish({ pool: 'http', endpoint: 'http://a', from: 'down', to: 'up' });
    channel('performance-gateway:pools:breaker').publish({
      pool: 'redis',
      endpoint: 'redis',
      from: 'closed',
      to: 'open',
    });
    expect(whats().slice(1)).toEqual([
      'pool.resize postgres',
      'redis is down: ECONNREFUSED',
      'http http://a is up',
      'the breaker of redis is open',
    ]);
    expect(line.between(0, Infinity, 10)[1]).toMatchObject({ kind: 'change', who: 'ann', id: 2 });
  });

  it('answers the newest between two times', () => {
    for (const target of ['a', 'b', 'c', 'd']) {
      clock.advance(1_000);
      audit(target);
    }
    const now = clock.now();
    const found = line.between(now - 2_000, now - 1_000, 10);
    expect(found.map(({ what }) => what)).toEqual(['pool.resize b', 'pool.resize c']);
    expect(line.between(0, now, 1)).toHaveLength(1);
  });

  it('keeps 1,000 at most, with their texts cut', () => {
    for (let time = 0; time < 1_500; time++) audit('x'.repeat(10_000));
    expect(whats()).toHaveLength(1_000);
    expect(Math.max(...whats().map(({ length }) => length))).toBe(300);
  });

  it('hears nothing any more when it has ended', () => {
    line.onModuleDestroy();
    audit('postgres');
    expect(whats()).toHaveLength(1);
  });
});
