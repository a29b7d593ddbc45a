import { Logger } from '@nestjs/common';
import { ManualClock } from '../testing/manual-clock';
import { MetricsGatherer } from '../monitoring/registry/metrics-gatherer';
import { MetricsRegistry } from '../monitoring/registry/metrics-registry';
import { CardinalityLimit } from '../monitoring/registry/cardinality-limit';
import type { MonitoringOptions } from '../monitoring/monitoring.module-definition';
import { PromqlEngine } from '../monitoring/promql/promql-engine';
import { CompressedSeriesStore } from '../monitoring/series/compressed-series-store';
import { SeriesSampler } from '../monitoring/sampling/series-sampler';
import { AlertEvaluator } from './alert-evaluator';
import type { AlertRule } from './alert-rule';
import { resolveAlertingOptions } from './alerting.module-definition';
import { RESOLVED_SHOWN_MS } from './alert-state';
import { AlertsService } from './alerts.service';
import { PromqlAlertEvaluator } from './promql-alert-evaluator';
import { RuleTrackers } from './rule-trackers';

const START = 1_700_000_000_000;

/** Everything real but the machine and the clock: a fake sampler says how busy the CPU is. */
function setUp(rules: readonly AlertRule[] = [], makeEvaluator?: (real: AlertEvaluator) => AlertEvaluator) {
  const clock = new ManualClock(START);
  const options: MonitoringOptions = {
    sampleIntervalMs: 10_000,
    retentionMs: 3_600_000,
    maxSeriesPerKind: 100,
    maxSeriesPerMetric: 100,
    durationBucketsMs: [1],
    memoryLimitBytes: 50e6,
    remoteWrite: {},
  };
  const registry = new MetricsRegistry();
  const machine: { system: number | undefined; container: number | undefined } = { system: 0.1, container: undefined };
  registry.gauge({ name: 'system_cpu_utilization_ratio', help: 'h' }, (emit) => emit(machine.system));
  registry.gauge({ name: 'container_cpu_utilization_ratio', help: 'h' }, (emit) => emit(machine.container));
  const store = new CompressedSeriesStore(options, clock);
  const sampler = new SeriesSampler(
    new MetricsGatherer(registry, new CardinalityLimit(10_000), clock, 10_000),
    store,
    clock,
  );
  const real = new PromqlAlertEvaluator(new PromqlEngine(store), {
    intervalMs: options.sampleIntervalMs,
    lastTick: () => sampler.lastTick,
  });
  const trackers = new RuleTrackers(resolveAlertingOptions({ rules }, options));
  const alerts = new AlertsService(trackers, makeEvaluator?.(real) ?? real, clock);
  const pass = async (seconds: number) => {
    for (let passed = 0; passed < seconds; passed += 10) {
      clock.advance(10_000);
      await sampler.tick(clock.now());
      await alerts.evaluate();
    }
  };
  /** Time in which no samples are taken. */
  const passUnseen = async (seconds: number) => {
    for (let passed = 0; passed < seconds; passed += 10) {
      clock.advance(10_000);
      await alerts.evaluate();
    }
  };
  const states = () =>
    Object.fromEntries(alerts.list().map(({ name, severity, state }) => [`${name} ${severity}`, state]));
  const cpu = () => {
    const { 'HighCpuUsage warning': warning, 'HighCpuUsage critical': critical } = states();
    return { warning, critical };
  };
  return { alerts, trackers, machine, pass, passUnseen, cpu, states, clock };
}

describe('AlertsService', () => {
  beforeAll(() => Logger.overrideLogger(false));
  it('goes from inactive to pending, firing after its time, and resolved, and remembers it', async () => {
    const { alerts, machine, pass, cpu, clock } = setUp();
    await pass(60);
    expect(cpu()).toEqual({ warning: 'inactive', critical: 'inactive' });
    machine.system = 0.9;
    await pass(70); // only now the average over a minute, both ends included, is above 0.8
    expect(cpu()).toEqual({ warning: 'pending', critical: 'inactive' });
    const pendingSince = clock.now();
    await pass(50);
    expect(cpu()).toEqual({ warning: 'pending', critical: 'inactive' });
    await pass(10);
    expect(cpu()).toEqual({ warning: 'firing', critical: 'inactive' });
    const firing = alerts.list().find(({ state }) => state === 'firing');
    expect(firing).toMatchObject({ threshold: 0.8, sinceMs: pendingSince + 60_000 });
    expect(firing!.value).toBeCloseTo(0.9, 9);
    machine.system = 0.1;
    await pass(20);
    expect(cpu()).toEqual({ warning: 'resolved', critical: 'inactive' });
    await pass(RESOLVED_SHOWN_MS / 1_000);
    expect(cpu()).toEqual({ warning: 'inactive', critical: 'inactive' });
    expect(alerts.history().map(({ from, to }) => `${from} → ${to}`)).toEqual([
      'resolved → inactive',
      'firing → resolved',
      'pending → firing',
      'inactive → pending',
    ]);
  });

  it('never fires for a peak that is over before its time', async () => {
    const { machine, pass, alerts } = setUp();
    machine.system = 0.9;
    await pass(50);
    machine.system = 0.1;
    await pass(60);
    expect(alerts.history().map(({ to }) => to)).toEqual(['inactive', 'pending']);
  });

  it('lets the critical alert inhibit the warning, and gives it back', async () => {
    const { machine, pass, cpu } = setUp();
    machine.system = 1;
    await pass(130);
    expect(cpu()).toEqual({ warning: 'inhibited', critical: 'firing' });
    machine.system = 0.85;
    await pass(60);
    expect(cpu()).toEqual({ warning: 'firing', critical: 'resolved' });
  });

  it("looks at the container's limit where there is one, and not at the machine", async () => {
    const { machine, pass, cpu } = setUp();
    machine.system = 1;
    machine.container = 0.2;
    await pass(180);
    expect(cpu()).toEqual({ warning: 'inactive', critical: 'inactive' });
    machine.system = 0.1;
    machine.container = 0.99;
    await pass(180);
    expect(cpu()).toEqual({ warning: 'inhibited', critical: 'firing' });
  });

  it('keeps the state of a rule that cannot be evaluated, and evaluates the others', async () => {
    let broken = false;
    class Breaking extends AlertEvaluator {
      constructor(private readonly real: AlertEvaluator) {
        super();
      }
      evaluate(rule: AlertRule, timeMs: number) {
        if (broken && rule.severity === 'warning') throw new Error('broken');
        return this.real.evaluate(rule, timeMs);
      }
      dataProblem(timeMs: number) {
        return this.real.dataProblem(timeMs);
      }
    }
    const { machine, pass, cpu, trackers } = setUp([], (real) => new Breaking(real));
    machine.system = 0.9;
    await pass(120);
    broken = true;
    machine.system = 0.99;
    await pass(130);
    expect(cpu()).toEqual({ warning: 'inhibited', critical: 'firing' });
    expect(trackers.all[0]!.lastError).toBe('broken');
  });

  it('resolves nothing while no samples are taken, says so, and goes on when they are', async () => {
    const { machine, pass, passUnseen, cpu, trackers } = setUp();
    machine.system = 0.9;
    await pass(180);
    expect(cpu().warning).toBe('firing');
    await passUnseen(3_600);
    expect(cpu().warning).toBe('firing');
    expect(trackers.all[0]!.lastError).toMatch(/no samples are taken: the last are those of 2023-11-14T22:16:20/);
    machine.system = 0.1;
    await pass(60);
    expect(cpu().warning).toBe('resolved');
    expect(trackers.all[0]!.lastError).toBeUndefined();
  });

  it.each([3_600_000, 365 * 86_400_000])(
    'neither resolves nor fires by a clock set back or forward by %d ms',
    async (ms) => {
      for (const stepMs of [-ms, ms]) {
        const { machine, pass, cpu, alerts, clock } = setUp();
        machine.system = 0.1;
        await pass(120);
        machine.system = 0.9;
        await pass(180);
        expect(cpu().warning).toBe('firing');
        const changes = alerts.history().length;
        clock.step(stepMs);
        await pass(40);
        expect(cpu().warning).toBe('firing');
        expect(alerts.history()).toHaveLength(changes);
        expect(alerts.list().find(({ state }) => state === 'firing')!.sinceMs).toBeLessThan(clock.now());
      }
    },
  );

  it('does not fire what is pending because the clock was set forward', async () => {
    const { machine, pass, cpu, clock } = setUp();
    machine.system = 0.9;
    await pass(20);
    expect(cpu().warning).toBe('pending');
    clock.step(3_600_000);
    await pass(20);
    expect(cpu().warning).toBe('pending');
  });

  it('takes rules of the application, one alert per series, and refuses what is not PromQL', async () => {
    const base = { severity: 'critical', forSeconds: 0, summary: 's' } as const;
    const { pass, states } = setUp([
      { ...base, name: 'AnyCpu', expr: '{__name__=~".+_cpu_utilization_ratio"} < 0.5' },
      { ...base, name: 'Gone', expr: 'absent(nothing_like_it)' },
    ]);
    await pass(10);
    expect(states()).toMatchObject({ 'AnyCpu critical': 'firing', 'Gone critical': 'firing' });
    expect(() => setUp([{ ...base, name: 'Wrong', expr: 'rate(x' }])).toThrow(/parse|unclosed|expected/i);
  });

  it('bounds its history', async () => {
    const { machine, pass, alerts } = setUp([
      { name: 'Flapping', expr: 'system_cpu_utilization_ratio > 0.5', severity: 'warning', forSeconds: 0, summary: '' },
    ]);
    for (let i = 0; i < 1_010; i++) {
      machine.system = i % 2 === 0 ? 0.6 : 0.4;
      await pass(10);
    }
    expect(alerts.history()).toHaveLength(1_000);
  });
});
