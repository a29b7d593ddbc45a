import { Counter, Summary, register as globalRegistry } from 'prom-client';
import { MetricConflictError, MetricInvalidError, MetricUnknownError } from './metric.errors';
import { MetricsRegistry } from './metrics-registry';
import { CardinalityLimit } from './cardinality-limit';
import { MetricsService } from './metrics.service';

const setUp = (max = 100) => {
  const registry = new MetricsRegistry();
  const cap = new CardinalityLimit(max);
  const warn = jest.spyOn(cap['logger'], 'warn').mockImplementation(() => undefined);
  return { registry, cap, warn, metrics: new MetricsService(registry, cap) };
};

describe('MetricsService', () => {
  const help = 'h';

  it('returns the same metric for the same declaration, so that a reload goes on counting', async () => {
    const { metrics, registry } = setUp();
    metrics
      .counter({ name: 'jobs_total', help, labelNames: ['kind'] })
      .labels({ kind: 'mail' })
      .inc(2);
    metrics
      .counter({ name: 'jobs_total', help, labelNames: ['kind'] })
      .labels({ kind: 'mail' })
      .inc(3);
    expect(await registry.metrics()).toContain('jobs_total{kind="mail"} 5');
  });

  it('shows a metric without labels from the start', async () => {
    const { metrics, registry } = setUp();
    metrics.counter({ name: 'jobs_total', help });
    expect(await registry.metrics()).toContain('jobs_total 0');
  });

  it('refuses a second meaning of a name', () => {
    const { metrics } = setUp();
    metrics.histogram({ name: 'sizes', help, labelNames: ['a'], buckets: [1, 2] });
    expect(() => metrics.gauge({ name: 'sizes', help })).toThrow(MetricConflictError);
    expect(() => metrics.histogram({ name: 'sizes', help, labelNames: ['b'], buckets: [1, 2] })).toThrow(/labels are/);
    expect(() => metrics.histogram({ name: 'sizes', help, labelNames: ['a'], buckets: [1, 3] })).toThrow(/buckets are/);
    expect(() => metrics.gauge({ name: 'sizes_sum', help })).toThrow(/belongs to the histogram "sizes"/);
    metrics.gauge({ name: 'wait_count', help });
    expect(() => metrics.timer({ name: 'wait', help })).toThrow(/"wait_count" is taken/);
  });

  it('has one name for a counter, and refuses whatever would have a series of that name', () => {
    const { metrics, registry } = setUp();
    const orders = metrics.counter({ name: 'orders', help });
    expect(orders.name).toBe('orders_total');
    expect([metrics.get('orders'), metrics.get('orders_total')]).toEqual([orders, orders]);
    expect(metrics.counter({ name: 'orders', help })).toBe(orders);
    expect(() => metrics.counter({ name: 'orders_total', help })).toThrow(/would be those of "orders", "orders_total"/);
    for (const name of ['orders', 'orders_total', 'orders_created'])
      expect(() => metrics.gauge({ name, help })).toThrow(MetricConflictError);
    expect(() => new Counter({ name: 'orders', help, registers: [registry] })).toThrow(/"orders_total" is taken/);
    expect(() => new Summary({ name: 'orders', help, registers: [registry] })).toThrow(MetricConflictError);
    expect(() => metrics.gauge({ name: 'up', help })).toThrow(/Prometheus itself has "up"/);
    registry.removeSingleMetric('orders_total');
    expect(() => new Counter({ name: 'orders', help, registers: [registry] })).not.toThrow();
  });

  it('reads of two metrics of the global registry with series of one name only the first, and says so once', () => {
    const { metrics, registry } = setUp();
    const warn = jest.spyOn(registry['logger'], 'warn').mockImplementation(() => undefined);
    const made = ['visits', 'visits_total', 'pages_total'].map((name) => new Counter({ name, help }));
    try {
      metrics.gauge({ name: 'rooms', help });
      const names = () => registry.getMetricsAsArray().map(({ name }) => name);
      expect(names()).toEqual(['rooms', 'visits', 'pages_total']);
      expect(names()).toEqual(['rooms', 'visits', 'pages_total']);
      expect(warn).toHaveBeenCalledTimes(1);
      expect(warn.mock.calls[0]![0]).toMatch(/"visits_total" .* is left out: .* belongs to the counter "visits"/);
      expect(() => metrics.counter({ name: 'visits_total', help })).toThrow(MetricConflictError);
    } finally {
      for (const { name } of made as unknown as { readonly name: string }[]) globalRegistry.removeSingleMetric(name);
    }
  });

  it('tells label sets apart whatever their values contain', () => {
    const { metrics } = setUp();
    const family = metrics.gauge({ name: 'depth', help, labelNames: ['a', 'b'] });
    family.labels({ a: 'x\ny', b: 'z' }).set(1);
    family.labels({ a: 'x', b: 'y\nz' }).set(2);
    family.labels({ a: 'x\\ny', b: 'z' }).set(3);
    family.labels({ a: '\ud800', b: '\udfff' }).set(4);
    expect([...family.samples()].map(({ value }) => value)).toEqual([1, 2, 3, 4]);
    expect(family.labels({ a: '\ufffd', b: '\ufffd' })).toBe(family.labels({ a: '\udfff', b: '\ud900' }));
  });

  it.each([
    ['1st', {}],
    ['import', {}],
    ['x', { help: ' ' }],
    ['x', { labelNames: ['a', 'a'] }],
    ['x', { labelNames: ['__a'] }],
    ['x', { labelNames: Array.from({ length: 17 }, (_, i) => `l${i}`) }],
  ])('refuses the declaration %s %j', (name, rest) => {
    expect(() => setUp().metrics.gauge({ name, help, ...rest })).toThrow(MetricInvalidError);
  });

  it('names the metric that was not made', () => {
    expect(() => setUp().metrics.get('nothing')).toThrow(MetricUnknownError);
  });

  it('never throws when a value is recorded, whatever the value', async () => {
    const { metrics, registry } = setUp();
    const counter = metrics.counter({ name: 'c_total', help });
    for (const odd of [-1, Number.NaN, Infinity]) counter.inc(odd);
    counter.inc(4);
    const histogram = metrics.histogram({ name: 'h', help, labelNames: ['l'], buckets: [1] });
    for (const odd of [Number.NaN, -Infinity]) histogram.labels({ l: 'x' }).observe(odd);
    histogram.labels({ l: 'y'.repeat(5_000) }).observe(1);
    const text = await registry.metrics();
    expect(text).toContain('c_total 4');
    expect(text).toContain('h_count{l="x"} 0');
    expect(text).toContain(`h_count{l="${'y'.repeat(128)}"} 1`);
  });

  it('sends label sets above the limit of their kind to one overflow series, and says so once', async () => {
    const { metrics, registry, cap, warn } = setUp(2);
    const a = metrics.counter({ name: 'a_total', help, labelNames: ['id'] });
    const b = metrics.counter({ name: 'b_total', help, labelNames: ['id'] });
    for (let id = 0; id < 4; id++) {
      a.labels({ id }).inc();
      b.labels({ id }).inc();
    }
    const text = await registry.metrics();
    expect(text).toContain('a_total{otel_metric_overflow="true"} 3');
    expect(text).toContain('b_total{otel_metric_overflow="true"} 3');
    expect(cap.refusedOf('counter')).toBe(6);
    expect(warn).toHaveBeenCalledTimes(1);
    metrics
      .gauge({ name: 'g', help, labelNames: ['id'] })
      .labels({ id: 1 })
      .set(1);
    expect(cap.refusedOf('gauge')).toBe(0);
  });

  it('records into a metric above the limit, but does not expose it', async () => {
    const { metrics, registry, cap } = setUp(1);
    metrics.gauge({ name: 'first', help });
    metrics.gauge({ name: 'second', help }).set(1);
    expect(await registry.metrics()).not.toContain('second');
    expect(cap.refusedOf('gauge')).toBeGreaterThan(0);
  });

  it('measures with timers', async () => {
    const { metrics, registry } = setUp();
    const stop = metrics.timer({ name: 'work_seconds', help }).start();
    expect(stop()).toBeLessThan(1);
    expect(await registry.metrics()).toContain('work_seconds_count 1');
  });

  describe('label sets', () => {
    const names = ['tenant'];

    it('have a limit for each metric, so that one cannot take the places of the others', async () => {
      const registry = new MetricsRegistry();
      const cap = new CardinalityLimit(100, 3);
      const warn = jest.spyOn(cap['logger'], 'warn').mockImplementation(() => undefined);
      const metrics = new MetricsService(registry, cap);
      const wild = metrics.counter({ name: 'wild_total', help, labelNames: names });
      const tame = metrics.counter({ name: 'tame_total', help, labelNames: names });
      for (let tenant = 0; tenant < 10; tenant++) wild.labels({ tenant }).inc();
      tame.labels({ tenant: 'a' }).inc();
      const text = await registry.metrics();
      expect(text).toContain('wild_total{otel_metric_overflow="true"} 7');
      expect(text).toContain('tame_total{tenant="a"} 1');
      expect(warn).toHaveBeenCalledTimes(1);
      expect(warn.mock.calls[0]![0]).toMatch(/"wild_total" has 3 label sets.*maxSeriesPerMetric/);
      expect([...cap.fullMetrics]).toEqual(['wild_total']);
    });

    it('can be removed, which frees their place, and begin anew at 0 with the next value', async () => {
      const { metrics, registry } = setUp(2);
      const jobs = metrics.counter({ name: 'jobs_total', help, labelNames: names });
      const held = jobs.labels({ tenant: 'a' });
      held.inc(5);
      jobs.labels({ tenant: 'b' }).inc();
      expect(jobs.remove({ tenant: 'a' })).toBe(true);
      expect(jobs.remove({ tenant: 'a' })).toBe(false);
      expect(await registry.metrics()).not.toContain('tenant="a"');
      held.inc(2);
      jobs.labels({ tenant: 'a' }).inc();
      expect(await registry.metrics()).toContain('jobs_total{tenant="a"} 3');
      jobs.clear();
      expect(await registry.metrics()).not.toContain('tenant=');
      for (const tenant of ['c', 'd', 'e']) jobs.labels({ tenant }).inc();
      held.inc();
      const text = await registry.metrics();
      expect(text).toContain('jobs_total{tenant="d"} 1');
      expect(text).toContain('jobs_total{otel_metric_overflow="true"} 2');
    });

    it.each(['counter', 'gauge', 'histogram', 'timer'] as const)('of a %s record into one series again', (kind) => {
      const { metrics } = setUp();
      const family = metrics[kind]({ name: 'some_seconds', help, labelNames: names });
      const held = family.labels({ tenant: 'a' });
      family.remove({ tenant: 'a' });
      const other = family.labels({ tenant: 'a' });
      for (const child of [held, other]) {
        if ('observe' in child) child.observe(1);
        else child.inc(1);
      }
      const samples = [...family.samples()];
      expect(samples.at(-1)!.value).toBe(2);
      expect(new Set(samples.map(({ series }) => series)).size).toBe(samples.length);
    });

    it('end when they were idle for the given time, and not while they are used', async () => {
      const { metrics, registry } = setUp();
      const jobs = metrics.counter({ name: 'jobs_total', help, labelNames: names, idleTimeoutMs: 60_000 });
      const now = jest.spyOn(performance, 'now').mockReturnValue(0);
      try {
        const busy = jobs.labels({ tenant: 'busy' });
        const idle = jobs.labels({ tenant: 'idle' });
        for (const atMs of [0, 30_000, 59_000, 90_000]) {
          now.mockReturnValue(atMs);
          busy.inc();
          await registry.metrics();
        }
        const text = await registry.metrics();
        expect(text).toContain('jobs_total{tenant="busy"} 4');
        expect(text).not.toContain('idle');
        idle.inc();
        expect(await registry.metrics()).toContain('jobs_total{tenant="idle"} 1');
      } finally {
        now.mockRestore();
      }
      expect(() => metrics.gauge({ name: 'g', help, idleTimeoutMs: 0 })).toThrow(/idleTimeoutMs/);
    });
  });
});
