import type { ServerResponse } from 'node:http';
import { EventEmitter } from 'node:events';
import { ManualClock } from '../../testing/manual-clock';
import { MetricsReaders } from './metrics-readers';

class FakeResponse extends EventEmitter {
  writableNeedDrain = false;
  destroyed = false;
  destroy(): void {
    this.destroyed = true;
  }
}

function setUp() {
  const clock = new ManualClock();
  const readers = new MetricsReaders(2, clock);
  const come = () => {
    const response = new FakeResponse();
    const leave = readers.admit(response as unknown as ServerResponse);
    return { response, leave };
  };
  return { clock, readers, come };
}

describe('MetricsReaders', () => {
  it('has places for as many as read, and one again when one leaves', () => {
    const { clock, come } = setUp();
    const first = come();
    come();
    clock.advance(60_000);
    expect(come().leave).toBeUndefined();
    first.leave!();
    expect(come().leave).toBeDefined();
  });

  it('gives the place of the one that stalls for the longest to one that comes', () => {
    const { clock, readers, come } = setUp();
    const [slow, stalled] = [come(), come()];
    slow.response.writableNeedDrain = stalled.response.writableNeedDrain = true;
    clock.advance(900);
    slow.response.emit('drain');
    expect(come().leave).toBeUndefined();
    clock.advance(200);
    expect(come().leave).toBeDefined();
    expect([slow.response.destroyed, stalled.response.destroyed]).toEqual([false, true]);
    expect(readers.cutOff).toBe(1);
  });

  it('cuts one off that stalls for half a minute, even where nobody waits', () => {
    jest.useFakeTimers();
    try {
      const { clock, come } = setUp();
      const { response } = come();
      response.writableNeedDrain = true;
      clock.advance(29_000);
      jest.advanceTimersByTime(5_000);
      expect(response.destroyed).toBe(false);
      clock.advance(1_000);
      jest.advanceTimersByTime(5_000);
      expect(response.destroyed).toBe(true);
    } finally {
      jest.useRealTimers();
    }
  });
});
