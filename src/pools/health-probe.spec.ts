import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { SystemClock } from '../common/clock';
import { HealthProbe } from './health-probe';
import { poolStateChanges } from './pool-channels';

describe('HealthProbe', () => {
  let answer: () => Promise<void>;
  let probes: number;
  let probe: HealthProbe;
  beforeEach(() => {
    jest.useFakeTimers();
    probes = 0;
    answer = () => Promise.resolve();
    probe = new HealthProbe(
      {
        pool: 'fake',
        endpoint: 'nowhere',
        intervalMs: 1_000,
        timeoutMs: 500,
        failuresToDown: 2,
        probe: () => {
          probes++;
          return answer();
        },
      },
      new SystemClock(),
    );
  });
  afterEach(() => {
    probe.stop();
    jest.useRealTimers();
  });

  it('is down until it has answered, and asks a healthy server about once per interval', async () => {
    expect(probe.health.state).toBe('down');
    await probe.check();
    expect(probe.health.state).toBe('up');
    await jest.advanceTimersByTimeAsync(10_000);
    expect(probes).toBeGreaterThanOrEqual(9);
    expect(probes).toBeLessThanOrEqual(13);
  });

  it('tells of a server that is down from the start, once, and of what it was only later', async () => {
    const told: unknown[] = [];
    const listen = (change: unknown) => told.push(change);
    subscribe(poolStateChanges.name, listen);
    try {
      answer = down;
      await probe.check();
      await jest.advanceTimersByTimeAsync(100);
      answer = () => Promise.resolve();
      await jest.advanceTimersByTimeAsync(1_000);
    } finally {
      unsubscribe(poolStateChanges.name, listen);
    }
    expect(told).toMatchObject([
      { from: undefined, to: 'down', error: 'ECONNREFUSED' },
      { from: 'down', to: 'up', error: undefined },
    ]);
  });

  it('is degraded after one failure, down after two, and up again by itself, remembering what it was', async () => {
    await probe.check();
    const upSince = probe.health.sinceMs;
    answer = down;
    await probe.check();
    expect(probe.health).toMatchObject({ state: 'degraded', lastError: { message: 'ECONNREFUSED' } });
    await jest.advanceTimersByTimeAsync(100);
    expect(probe.health.state).toBe('down');
    answer = () => Promise.resolve();
    await jest.advanceTimersByTimeAsync(100);
    expect(probe.health).toMatchObject({ state: 'up', lastError: { message: 'ECONNREFUSED' } });
    expect(probe.health.sinceMs).toBeGreaterThan(upSince);
  });

  it('counts a server that does not answer in time as failed, and never has two probes under way', async () => {
    answer = () => new Promise(() => undefined);
    const checked = probe.check();
    void probe.check();
    expect(probes).toBe(1);
    await jest.advanceTimersByTimeAsync(501); // the deadline, and the turn an unread answer gets
    await checked;
    expect(probe.health.lastError?.message).toMatch(/within 500 ms/);
  });

  it('stops for good', async () => {
    await probe.check();
    probe.stop();
    await probe.check();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(probes).toBe(1);
  });
});

const down = () => Promise.reject(new Error('ECONNREFUSED'));
