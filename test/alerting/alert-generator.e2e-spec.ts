import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PostedAlert } from '../../src/alerting/posted-alert';
import { describeJudged } from '../support/judges';
import { RuleBench, START } from './rule-bench';

const INTERVAL_MS = 30_000;
const SUITE = 'alert_generator_test_suite';

/** The minutes after the start, for short expectations. */
const minutes = (timeMs: number) => (timeMs - START) / 60_000;

describeJudged('the specification of alert generators', 'rules', (folder) => {
  const yaml = readFileSync(join(folder, 'alert-generator-rules.yaml'), 'utf8');

  /** Evaluates one group every 30 s with samples as a function of time, and tells what was posted when. */
  async function run(
    groupName: string,
    until: number,
    values: (minute: number) => readonly (readonly [Readonly<Record<string, string>>, number])[],
  ) {
    const bench = new RuleBench(yaml);
    const group = bench.group(groupName);
    const posted: { readonly minute: number; readonly alert: PostedAlert }[] = [];
    const series: { readonly minute: number; readonly alerts: Record<string, number> }[] = [];
    for (let minute = 0; minute <= until; minute += INTERVAL_MS / 60_000) {
      for (const [labels, value] of values(minute)) {
        bench.sample({ __name__: SUITE, rulegroup: groupName, ...labels }, value);
      }
      for (const alert of await group.evaluate(bench.clock.now())) posted.push({ minute, alert });
      series.push({ minute, alerts: await bench.query('ALERTS') });
      bench.clock.advance(INTERVAL_MS);
    }
    return { bench, group, posted, series };
  }

  it('goes from pending to firing after `for`, is told again and again, and is told resolved for 15 minutes', async () => {
    const name = 'PendingAndFiringAndResolved_SimpleAlert';
    const { posted, series } = await run('PendingAndFiringAndResolved', 35, (minute) => [
      [{ alertname: name }, minute >= 2 && minute < 12 ? 15 : 5],
    ]);
    const state = (minute: number) => Object.keys(series.find((at) => at.minute === minute)!.alerts);
    expect(state(1.5)).toEqual([]);
    expect(state(2)).toEqual([expect.stringContaining('alertstate=pending')]);
    expect(state(7.5)).toEqual([expect.stringContaining('alertstate=pending')]);
    expect(state(8)).toEqual([
      `__name__=ALERTS,alertname=${name},alertstate=firing,foo=bar,rulegroup=PendingAndFiringAndResolved`,
    ]);
    expect(state(12)).toEqual([]);
    const firing = posted.filter(({ minute }) => minute < 12);
    expect(firing.map(({ minute }) => minute)).toEqual([8, 9, 10, 11]);
    for (const { minute, alert } of firing) {
      expect(alert.labels).toEqual({ alertname: name, foo: 'bar', rulegroup: 'PendingAndFiringAndResolved' });
      expect(alert.annotations).toEqual({ description: 'SimpleAlert is firing', summary: 'The value is 15 15' });
      expect(minutes(alert.startsAt)).toBe(8);
      expect(minutes(alert.endsAt)).toBe(minute + 4);
      expect(alert.generatorUrl).toMatch(/^http:\/\/gateway\/graph\?g0\.expr=/);
    }
    const resolved = posted.filter(({ minute }) => minute >= 12);
    expect(resolved.map(({ minute }) => minute)).toEqual(Array.from({ length: 16 }, (_, at) => 12 + at));
    for (const { alert } of resolved) {
      expect(minutes(alert.startsAt)).toBe(8);
      expect(minutes(alert.endsAt)).toBe(12);
    }
  });

  it('tells nothing of what was pending only, nor of what never was', async () => {
    const { posted, series } = await run('PendingAndResolved_AlwaysInactive', 10, (minute) => [
      [{ alertname: 'PendingAndResolved_AlwaysInactive_PendingAlert' }, minute >= 1 && minute < 3.5 ? 11 : 5],
      [{ alertname: 'PendingAndResolved_AlwaysInactive_InactiveAlert' }, 50],
    ]);
    expect(posted).toEqual([]);
    const pending = series.filter(({ alerts }) => Object.keys(alerts).length > 0).map(({ minute }) => minute);
    expect(pending).toEqual([1, 1.5, 2, 2.5, 3]);
  });

  it('fires at once without `for`, and at the next evaluation where it is shorter than the interval', async () => {
    const { posted } = await run('ZeroFor_SmallFor', 3, (minute) => [
      [{ alertname: 'ZeroFor_SmallFor_ZeroFor' }, minute >= 1 ? 11 : 5],
      [{ alertname: 'ZeroFor_SmallFor_SmallFor' }, minute >= 1 ? 14 : 5],
      ...['2', '1', '3'].map((id) => [{ for: 'template', id }, Number(id) * 10] as const),
    ]);
    const first = (name: string) => posted.find(({ alert }) => alert.labels.alertname === name)!;
    expect(first('ZeroFor_SmallFor_ZeroFor').minute).toBe(1);
    expect(first('ZeroFor_SmallFor_ZeroFor').alert.annotations).toEqual({
      description: 'This should immediately fire',
      template_query_test: 'Args are: foo bar 99. first_id:1,1:10,2:20,3:30,',
      template_test: '1.049M 1Mi 2m 15s 95.9% 2022-01-25 12:36:43 +0000 UTC',
    });
    expect(first('ZeroFor_SmallFor_SmallFor').minute).toBe(1.5);
    expect(first('ZeroFor_SmallFor_SmallFor').alert.annotations).toEqual({
      description: 'This should fire after an interval',
      template_test: 'This Part IS TESTING the strings. ::1 127.0.0.1. 7815. replaced text. .',
    });
  });

  it('lets later rules of a group see the alerts of earlier ones, and alerts be added later', async () => {
    const rule = 'NewAlerts_OrderCheck_Rule1';
    const { posted } = await run('NewAlerts_OrderCheck', 10, (minute) => [
      [{ alertname: rule, variant: 'one' }, minute >= 1 ? 11 : 5],
      [{ alertname: rule, variant: 'two' }, minute >= 2 ? 11 : 5],
    ]);
    const of = (name: string, variant?: string) =>
      posted.filter(({ alert: { labels } }) => labels.alertname === name && labels.variant === variant);
    expect(of(rule, 'one')[0]!.minute).toBe(4);
    expect(of(rule, 'two')[0]!.minute).toBe(5);
    const second = of('NewAlerts_OrderCheck_Rule2')[0]!;
    expect(second.minute).toBe(5); // in the cycle in which the second variant fires
    expect(second.alert.labels).toEqual({
      alertname: 'NewAlerts_OrderCheck_Rule2',
      alertstate: 'firing',
      ba_dum: 'tss',
      foo: 'baz',
      rulegroup: 'NewAlerts_OrderCheck',
    });
    expect(second.alert.annotations).toEqual({
      description: `Based on ALERTS. Old alertname was ${rule}. foo was bar.`,
    });
  });
});
