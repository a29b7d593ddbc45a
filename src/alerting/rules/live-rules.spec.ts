import { Logger } from '@nestjs/common';
import { PromqlEngine } from '../../monitoring/promql/promql-engine';
import { CompressedSeriesStore } from '../../monitoring/series/compressed-series-store';
import { Labels } from '../../monitoring/series/labels';
import { ManualClock } from '../../testing/manual-clock';
import type { PostedAlert } from '../posted-alert';
import { LiveRules } from './live-rules';
import { groupsOf, type RuleInput } from './rule-group-input';
import { RuleStates } from './rule-states';

const START = 1_700_000_010_000;
const INTERVAL_MS = 10_000;

/** Rules over series of a test, on a clock that is moved by hand; the store outlives the process. */
function setUp(rules: readonly RuleInput[], before?: { store: CompressedSeriesStore; clock: ManualClock }) {
  const clock = before?.clock ?? new ManualClock(START);
  const options = { retentionMs: 86_400_000, maxSeriesPerKind: 1_000, memoryLimitBytes: 5e7 };
  const store = before?.store ?? new CompressedSeriesStore(options, clock);
  let lastTickMs: number | undefined;
  const live = new LiveRules({
    engine: new PromqlEngine(store),
    store,
    clock,
    surroundings: { externalLabels: {}, externalUrl: '' },
    sampling: {
      intervalMs: INTERVAL_MS,
      lastTick: () => (lastTickMs === undefined ? undefined : { atMs: lastTickMs, kept: 1, refused: 0 }),
    },
    intervalMs: INTERVAL_MS,
    changed: () => undefined,
  });
  live.groups.set('test', groupsOf([{ name: 'g', rules }]), clock.now());
  const posted: PostedAlert[] = [];
  /** One interval: samples are taken (`undefined`: none of this series), then the rules evaluated. */
  const pass = async (values: Readonly<Record<string, number | undefined>>, seconds = 10) => {
    for (let passed = 0; passed < seconds; passed += 10) {
      clock.advance(INTERVAL_MS);
      store.beginTick(clock.now());
      for (const [name, value] of Object.entries(values)) {
        if (value === undefined) continue;
        store.append(store.open(Labels.from({ __name__: name }), 'gauge')!, clock.now(), value);
      }
      lastTickMs = clock.now();
      posted.push(...(await live.evaluate(true)));
    }
  };
  const unseen = async (seconds: number) => {
    for (let passed = 0; passed < seconds; passed += 10) {
      clock.advance(INTERVAL_MS);
      posted.push(...(await live.evaluate(true)));
    }
  };
  const end = (name: string) =>
    store.appendStale(store.open(Labels.from({ __name__: name }), 'gauge')!, clock.now() + 1);
  const phase = (name = rules[0]!.alert) =>
    live.groups.rules.find(({ rule }) => rule.name === name)?.alerting?.all[0]?.phase;
  const notices = () => posted.filter(({ labels }) => labels.alertname === 'AlertRulesUnknown');
  return { live, clock, store, pass, unseen, end, phase, posted, notices };
}

/** The table as the database keeps it. */
function fakeTable() {
  const rows = new Map<string, { rule: string; alerts: unknown; evaluated_at: string }>();
  return {
    rows: async <Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]> => {
      if (text.includes('SELECT rule, alerts')) return [...rows.values()] as unknown as Row[];
      if (text.includes('INSERT')) {
        const [, keys, states, at] = values as [string, string[], string[], number];
        for (const [index, rule] of keys.entries()) {
          rows.set(rule, { rule, alerts: JSON.parse(states[index]!), evaluated_at: String(at) });
        }
      } else if (text.includes('DELETE')) for (const key of values[1] as string[]) rows.delete(key);
      else for (const row of rows.values()) row.evaluated_at = String(values[1]);
      return [];
    },
  };
}

const FIRES: RuleInput = { alert: 'A', expr: 'm > 1', labels: { severity: 'critical' } };

describe('live rules', () => {
  beforeAll(() => Logger.overrideLogger(false));

  it('keeps what fires when its data vanishes, says so once for each cause, and goes on when it is back', async () => {
    const others = Array.from({ length: 12 }, (_, at) => ({ alert: `R${at}`, expr: `redis_m${at} > 5` }));
    const { live, pass, end, phase, notices, posted } = setUp([
      FIRES,
      ...others,
      { alert: 'Never', expr: 'never > 1' },
    ]);
    const redis = Object.fromEntries(others.map((_, at) => [`redis_m${at}`, 1]));
    await pass({ m: 2, ...redis });
    expect(phase()).toBe('firing');
    for (const name of ['m', ...Object.keys(redis)]) end(name);
    await pass({}, 60);
    expect(phase()).toBe('firing');
    const unknown = () => live.groups.rules.filter(({ health }) => health.unknown !== undefined).length;
    expect(unknown()).toBe(13); // not the rule whose metric never was
    await pass({}, 60);
    expect(
      notices()
        .map(({ labels }) => labels.cause)
        .toSorted(),
    ).toEqual(['no data: m', 'no data: redis']);
    expect(notices().find(({ labels }) => labels.cause === 'no data: redis')!.annotations.summary).toMatch(/^12 rules/);
    expect(posted.filter(({ labels, endsAt }) => labels.alertname === 'A' && endsAt < START + 200_000)).toEqual([]);
    await pass({ m: 0, ...redis });
    expect(unknown()).toBe(0);
    expect(phase()).toBe('inactive');
    expect(
      notices()
        .slice(-2)
        .every(({ endsAt }) => endsAt <= START + 200_000),
    ).toBe(true);
  });

  it('resolves an alert of one series that ended while others go on', async () => {
    const { store, clock, pass, phase } = setUp([{ alert: 'A', expr: 'm > 1' }]);
    await pass({ m: 2 });
    store.appendStale(store.open(Labels.from({ __name__: 'm' }), 'gauge')!, clock.now() + 1);
    store.append(store.open(Labels.from({ __name__: 'm', i: '2' }), 'gauge')!, clock.now() + 1, 0);
    await pass({});
    expect(phase()).toBe('inactive');
  });

  it.each([
    ['absent(m)', 'inactive'],
    ['m > 1 or other > 1', 'inactive'],
    ['m > 1 unless gone > 1', 'firing'],
  ])('knows what %s needs', async (expr, after) => {
    const { pass, end, live } = setUp([
      { alert: 'A', expr },
      { alert: 'B', expr: 'gone > 5' },
    ]);
    await pass({ m: 2, other: 0, gone: 0 });
    end('m');
    await pass({ other: 0, gone: 0 }, 20);
    const [a] = live.groups.rules;
    expect(a!.alerting!.all[0]?.phase ?? 'inactive').toBe(expr.startsWith('absent') ? 'firing' : after);
    expect(a!.health.unknown === undefined).toBe(after === 'inactive');
  });

  it('keeps states while no samples are taken, tells of it, and goes on telling what fires', async () => {
    const { pass, unseen, phase, notices, posted, clock } = setUp([FIRES]);
    await pass({ m: 2 }, 20);
    await unseen(180);
    expect(phase()).toBe('firing');
    expect(notices()).toMatchObject([{ labels: { cause: 'sampling' } }, {}, {}].slice(0, notices().length));
    const told = posted.filter(({ labels }) => labels.alertname === 'A');
    expect(told.at(-1)!.endsAt).toBeGreaterThan(clock.now());
    await pass({ m: 0 });
    expect(phase()).toBe('inactive');
  });

  it('moves its times along with a clock that is set, and judges nothing for a minute', async () => {
    const { pass, clock, phase, live } = setUp([{ alert: 'A', expr: 'm > 1', for: '100s' }]);
    await pass({ m: 2 }, 50);
    clock.step(3_600_000);
    await pass({ m: 2 });
    expect(phase()).toBe('pending');
    expect(live.groups.rules[0]!.health.unknown?.cause).toBe('clock');
    await pass({ m: 2 }, 60);
    expect(phase()).toBe('firing'); // 110 s in all, whatever the clock said
  });

  it('does not let one rule that fails stop the others', async () => {
    const { pass, phase } = setUp([
      { alert: 'Bad', expr: 'm * on () {__name__=~"x|y"}' },
      { ...FIRES, alert: 'Good' },
    ]);
    await pass({ m: 2, x: 1, y: 1 });
    expect(phase('Good')).toBe('firing');
  });

  describe('after a restart', () => {
    it.each([10, 40, 90, 140])('knows how long it has still to wait after %i s', async (killedAfter) => {
      const rules: RuleInput[] = [{ alert: 'A', expr: 'm > 1', for: '2m', keep_firing_for: '1m' }];
      const table = fakeTable();
      const first = setUp(rules);
      const states = new RuleStates(table, 'me');
      for (let passed = 0; passed < killedAfter; passed += 10) {
        await first.pass({ m: 2 });
        await states.save(first.live.groups, first.clock.now());
      }
      first.clock.advance(35_000); // killed, and away
      const second = setUp(rules, first);
      const again = new RuleStates(table, 'me');
      await again.load(second.clock.now());
      again.hand(second.live.groups);
      let waited = 0;
      while (second.phase() !== 'firing' && waited < 300) {
        await second.pass({ m: 2 });
        waited += 10;
      }
      // The first evaluation begins the two minutes.
      expect(Math.abs(killedAfter - 10 + waited - 120)).toBeLessThanOrEqual(killedAfter > 130 ? 30 : 10);
    });

    it('posts what fires again, as nobody may have noted it, and ends in time what only keeps firing', async () => {
      const rules: RuleInput[] = [{ alert: 'A', expr: 'm > 1', keep_firing_for: '1m' }];
      const table = fakeTable();
      const first = setUp(rules);
      const states = new RuleStates(table, 'me');
      await first.pass({ m: 2 });
      await first.pass({ m: 0 }, 40); // kept for 30 s
      await states.save(first.live.groups, first.clock.now());
      const second = setUp(rules, first);
      const again = new RuleStates(table, 'me');
      await again.load(second.clock.now());
      again.hand(second.live.groups);
      const { startsAt } = first.posted[0]!;
      await second.pass({ m: 0 });
      expect(second.posted).toMatchObject([{ labels: { alertname: 'A' }, startsAt }]);
      expect([second.phase(), second.posted[0]!.endsAt > second.clock.now()]).toEqual(['firing', true]);
      await second.pass({ m: 0 }, 20);
      expect([second.phase(), second.posted.at(-1)!.endsAt]).toEqual(['inactive', second.clock.now()]);
    });

    it('does not call over what it has not seen yet, and resolves it when it has', async () => {
      const rules: RuleInput[] = [{ alert: 'A', expr: 'rate(m[1m]) > 0' }];
      const table = fakeTable();
      const first = setUp(rules);
      const states = new RuleStates(table, 'me');
      for (let value = 0; value < 10; value++) await first.pass({ m: value });
      await states.save(first.live.groups, first.clock.now());
      expect(first.phase()).toBe('firing');
      first.clock.advance(600_000);
      const second = setUp(rules, first);
      const again = new RuleStates(table, 'me');
      await again.load(second.clock.now());
      again.hand(second.live.groups);
      await second.pass({ m: 10 }); // one sample is no rate
      expect(second.phase()).toBe('firing');
      await second.pass({ m: 10 }, 120);
      expect(second.phase()).toBe('inactive');
      expect(second.posted.at(-1)).toMatchObject({ labels: { alertname: 'A' }, startsAt: first.posted[0]!.startsAt });
    });
  });
});
