import { Logger } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { ManualClock } from '../../testing/manual-clock';
import { CardinalityLimit } from './cardinality-limit';
import { MetricsGatherer } from './metrics-gatherer';
import { MetricsRegistry } from './metrics-registry';

const INTERVAL_MS = 10_000;
const never = () => new Promise<void>(() => undefined);

function setUp() {
  const registry = new MetricsRegistry();
  const clock = new ManualClock(1_700_000_000_000);
  const gatherer = new MetricsGatherer(registry, new CardinalityLimit(1_000), clock, INTERVAL_MS);
  const registers = [registry];
  /** Adds a gauge that is set by its `collect` function once `wait` is over. */
  const gauge = (name: string, wait: () => void | Promise<void>) => {
    const metric: Gauge = new Gauge({
      name,
      help: 'h',
      registers,
      collect: jest.fn(async () => {
        await wait();
        metric.set(1);
      }),
    });
    return metric as Gauge & { collect: jest.Mock };
  };
  const read = async () => {
    const names: string[] = [];
    for await (const { name } of gatherer.gather()) names.push(name);
    return names;
  };
  /** The next interval: what is there without waiting, and what after as long as anything is waited for. */
  const next = async () => {
    clock.advance(INTERVAL_MS);
    const reading = read();
    const atOnce = await withinMs(reading, 0);
    await jest.advanceTimersByTimeAsync(1_001);
    return { waited: atOnce === undefined, names: await reading };
  };
  const absences = (name: string) => {
    for (const { family, absences: counts } of gatherer.guards()) {
      if (family.name === name) return Object.fromEntries([...counts].filter(([, count]) => count > 0));
    }
    return undefined;
  };
  return { registry, clock, gatherer, registers, gauge, read, next, absences };
}

/** What the promise gave within so many (moved) ms; `undefined` when it is still pending. */
async function withinMs<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let value: T | undefined;
  void promise.then((given) => (value = given));
  await jest.advanceTimersByTimeAsync(ms);
  return value;
}

const afterMs = (ms: number) => () => new Promise<void>((resolve) => setTimeout(resolve, ms));

describe('the collect functions of an application', () => {
  const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
  jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
  beforeEach(() => {
    jest.useFakeTimers();
    warn.mockClear();
  });
  afterEach(() => jest.useRealTimers());
  afterAll(() => jest.restoreAllMocks());

  it('run all at once: twelve of 0.9 s take 0.9 s together', async () => {
    const { gauge, read } = setUp();
    const names = Array.from({ length: 12 }, (_, index) => `slow${index}`);
    for (const name of names) gauge(name, afterMs(900));
    const reading = read();
    expect(await withinMs(reading, 899)).toBeUndefined();
    expect(await withinMs(reading, 2)).toEqual(names);
  });

  it('keep back neither the metrics of the service nor each other when some hang; those are counted by name', async () => {
    const { registry, gatherer, gauge, absences } = setUp();
    for (let index = 0; index < 50; index++) gauge(`hanging${index}`, never);
    gauge('quick', () => undefined);
    registry.gauge({ name: 'own', help: 'h' }, (emit) => emit(1));
    const reading = gatherer.gather();
    expect((await withinMs(reading.next(), 0))!.value!.name).toBe('own');
    const rest: string[] = [];
    const reader = (async () => {
      for await (const { name } of reading) rest.push(name);
    })();
    await jest.advanceTimersByTimeAsync(1_001);
    await reader;
    expect(rest).toEqual(['quick']);
    expect(absences('hanging49')).toEqual({ late: 1 });
    expect(absences('quick')).toEqual({});
    expect(gatherer.collectFailures).toBe(50);
  });

  it('are called once per interval, whether by ticks or scrapes, one after the other or at the same time', async () => {
    const { clock, gauge, read } = setUp();
    const { collect } = gauge('depth', afterMs(100));
    const readings = [read(), read(), read()];
    await jest.advanceTimersByTimeAsync(101);
    expect(await Promise.all(readings)).toEqual([['depth'], ['depth'], ['depth']]);
    clock.advance(INTERVAL_MS / 4);
    expect(await read()).toEqual(['depth']);
    expect(collect).toHaveBeenCalledTimes(1);
    clock.advance(INTERVAL_MS);
    const later = read();
    await jest.advanceTimersByTimeAsync(101);
    await later;
    expect(collect).toHaveBeenCalledTimes(2);
  });

  it('are not called while a former call is under way, and nothing waits for that call again', async () => {
    const { gauge, next, absences } = setUp();
    const { collect } = gauge('hanging', never);
    expect(await next()).toEqual({ waited: true, names: [] });
    for (let interval = 0; interval < 20; interval++) expect((await next()).waited).toBe(false);
    expect(collect.mock.calls.length).toBeGreaterThan(1);
    expect(collect.mock.calls.length).toBeLessThanOrEqual(3); // tried again now and then, and not without end
    expect(absences('hanging')).toEqual({
      late: 1 + collect.mock.calls.length - 1,
      not_started: 21 - collect.mock.calls.length,
    });
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]![0]).toContain('Metric "hanging" is left out');
  });

  it('that throw are asked only now and then after three intervals, and come back by themselves', async () => {
    const { gauge, next, absences } = setUp();
    let broken = true;
    const { collect } = gauge('fragile', () => {
      if (broken) throw new Error('away');
    });
    for (let interval = 0; interval < 4; interval++) expect((await next()).names).toEqual([]);
    expect(collect).toHaveBeenCalledTimes(3);
    expect(absences('fragile')).toEqual({ failed: 3, not_started: 1 });
    broken = false;
    let intervals = 0;
    while ((await next()).names.length === 0) if (++intervals > 6) throw new Error('it does not come back');
    expect((await next()).names).toEqual(['fragile']);
  });

  it('that come late are shown by what reads later in the same interval', async () => {
    const { gauge, read } = setUp();
    gauge('late', afterMs(1_500));
    const reading = read();
    await jest.advanceTimersByTimeAsync(1_001);
    expect(await reading).toEqual([]);
    await jest.advanceTimersByTimeAsync(500);
    expect(await read()).toEqual(['late']);
  });

  it('are no matter of metrics without one, which are read each time', async () => {
    const { registers, gatherer } = setUp();
    const counter = new Counter({ name: 'hits_total', help: 'h', registers });
    for (const expected of [1, 2]) {
      counter.inc();
      for await (const metric of gatherer.gather()) expect([...metric.samples()][0]!.value).toBe(expected);
    }
    expect.assertions(2);
  });
});
