import { type Answer, MINUTE, OK, simulatedNotifications } from '../../../test/support/simulated-notifications';
import type { Outcome } from './receivers/receiver-call';

const BASE = `
route: {receiver: a, group_by: [alertname], group_wait: 30s, group_interval: 5m, repeat_interval: 1h, routes: [ROUTES]}
inhibit_rules: [{source_matchers: [severity=critical], target_matchers: [severity=warning], equal: [alertname]}]
time_intervals: [{name: night, time_intervals: [{times: [{start_time: "12:12", end_time: "18:00"}]}]}]
receivers:
- {name: a, webhook_configs: [{url: "http://a"}]}
- {name: b, webhook_configs: [{url: "http://b", send_resolved: false}]}
`;

const setUp = (routes = '', answer?: Answer) => simulatedNotifications(BASE.replace('ROUTES', routes), answer);

describe('the notifications', () => {
  it('wait for the group, tell what is new after its interval, repeat, and tell the end', async () => {
    const { told, post, pass } = setUp();
    post({ alertname: 'X', instance: '1' });
    await pass(10);
    post({ alertname: 'X', instance: '2' });
    await pass(40);
    post({ alertname: 'X', instance: '3' });
    await pass(600);
    expect(told).toEqual(['30 a firing=X1+X2 resolved=', '330 a firing=X1+X2+X3 resolved=']);
    post({ alertname: 'X', instance: '1' }, 'ends');
    await pass(3_900);
    expect(told.slice(2)).toEqual(['930 a firing=X2+X3 resolved=X1', '4530 a firing=X2+X3 resolved=']);
    post({ alertname: 'X', instance: '2' }, 'ends');
    post({ alertname: 'X', instance: '3' }, 'ends');
    await pass(600);
    expect(told.slice(4)).toEqual(['4830 a firing= resolved=X2+X3']);
  });

  it('do not tell what was over before the group was told', async () => {
    const { told, post, pass } = setUp();
    post({ alertname: 'X' });
    await pass(10);
    post({ alertname: 'X' }, 'ends');
    await pass(600);
    expect(told).toEqual([]);
  });

  it('do not wait for what has been firing as long as the group waits', async () => {
    const { told, post, pass, clock } = setUp();
    post({ alertname: 'X' }, 'fires', clock.now() - MINUTE);
    await pass(2);
    expect(told).toEqual(['0 a firing=X resolved=']);
  });

  it('take an alert for over that nobody posts any more', async () => {
    const { core, told, pass, clock } = setUp();
    const startsAt = clock.now();
    const alert = { labels: { alertname: 'X' }, annotations: {}, startsAt, generatorUrl: '' };
    core.receive([{ ...alert, endsAt: startsAt + 2 * MINUTE }]);
    await pass(400);
    expect(told).toEqual(['30 a firing=X resolved=', '330 a firing= resolved=X']);
  });

  it('leave out what is inhibited, silenced or in maintenance, and tell it when that is over', async () => {
    const { core, told, post, pass, clock } = setUp();
    post({ alertname: 'X', severity: 'critical' });
    post({ alertname: 'X', severity: 'warning' });
    post({ alertname: 'Y' });
    core.silences.set(
      {
        matchers: [{ name: 'alertname', value: 'Y', isRegex: false, isEqual: true }],
        startsAt: clock.now(),
        endsAt: clock.now() + 10 * MINUTE,
        createdBy: 'me',
        comment: '',
      },
      clock.now(),
    );
    post({ alertname: 'Z' });
    core.maintenance.set({
      name: 'monday',
      matchers: ['alertname="Z"'],
      timeIntervals: [{ weekdays: ['monday'], times: [{ start_time: '12:00', end_time: '12:20' }] }],
      createdBy: 'me',
      comment: '',
      updatedAt: clock.now(),
    });
    await pass(500);
    expect(told).toEqual(['30 a firing=Xcritical resolved=']);
    post({ alertname: 'X', severity: 'critical' }, 'ends');
    await pass(1_000);
    expect(told.slice(1)).toEqual([
      '630 a firing=Xwarning resolved=Xcritical',
      '630 a firing=Y resolved=',
      '1230 a firing=Z resolved=',
    ]);
  });

  it('keep quiet at the times of a route, and tell afterwards what happened', async () => {
    const { told, post, pass } = setUp('{matchers: [alertname=N], receiver: a, active_time_intervals: [night]}');
    post({ alertname: 'N' });
    await pass(700);
    expect(told).toEqual([]);
    await pass(300);
    expect(told).toEqual(['930 a firing=N resolved=']);
  });

  it('send to a receiver without send_resolved no end', async () => {
    const { told, post, pass } = setUp('{matchers: [alertname=X], receiver: b}');
    post({ alertname: 'X' });
    await pass(60);
    post({ alertname: 'X' }, 'ends');
    await pass(600);
    expect(told).toEqual(['30 b firing=X resolved=']);
    post({ alertname: 'X' });
    await pass(60);
    expect(told).toHaveLength(2);
  });

  it('stop the repeats of what is acknowledged, and tell what is new, a higher severity, and the end', async () => {
    const { core, told, post, pass, clock } = setUp();
    post({ alertname: 'X', severity: 'warning' });
    await pass(60);
    core.acknowledgements.add(core.firing(clock.now()), 'me', 'I am at it', clock.now());
    await pass(7_300);
    expect(told).toEqual(['30 a firing=Xwarning resolved=']);
    post({ alertname: 'X', severity: 'critical' });
    await pass(400);
    expect(told.slice(1)).toEqual([expect.stringMatching(/ a firing=Xcritical resolved=$/)]);
    post({ alertname: 'X', severity: 'warning' }, 'ends');
    post({ alertname: 'X', severity: 'critical' }, 'ends');
    await pass(400);
    expect(told.slice(2)).toEqual([expect.stringMatching(/firing= resolved=Xcritical\+Xwarning$/)]);
    expect([...core.acknowledgements.all()]).toEqual([]);
  });

  it('try again with growing pauses, as long as Retry-After says, and tell once what has come meanwhile', async () => {
    let answer: Outcome = { ok: false, retry: true, text: '500' };
    const { told, post, pass } = setUp('', () => answer);
    post({ alertname: 'X', instance: '1' });
    await pass(100);
    const tries = told.map((line) => Number(line.split(' ')[0]));
    expect(tries.length).toBeGreaterThanOrEqual(4);
    expect(tries.length).toBeLessThanOrEqual(8);
    answer = { ok: false, retry: true, waitMs: 10 * MINUTE, text: '429' };
    await pass(150);
    const before = told.length;
    await pass(300);
    expect(told).toHaveLength(before);
    post({ alertname: 'X', instance: '1' }, 'ends');
    answer = OK;
    await pass(700);
    expect(told.slice(before)).toEqual([expect.stringMatching(/ a firing= resolved=X1$/)]);
  });

  it('give up what is refused for good, show it, and try again when there is something new', async () => {
    let answer: Outcome = { ok: false, retry: false, text: '403 no' };
    const { core, told, post, pass } = setUp('', () => answer);
    post({ alertname: 'X', instance: '1' });
    await pass(700);
    expect(told).toEqual(['30 a firing=X1 resolved= failed']);
    expect([...core.ledger.values()].map(({ dead }) => dead?.reason)).toEqual(['403 no']);
    answer = OK;
    post({ alertname: 'X', instance: '2' });
    await pass(400);
    expect(told.slice(1)).toEqual(['930 a firing=X1+X2 resolved=']);
    expect([...core.ledger.values()].map(({ dead }) => dead)).toEqual([undefined]);
  });

  it('do not let a receiver that hangs delay another', async () => {
    const hangs = Promise.withResolvers<Outcome>();
    const { told, post, pass } = setUp('{matchers: [alertname=~"X.*"], receiver: b}', ({ receiver }) =>
      receiver === 'b' ? hangs.promise : OK,
    );
    for (let i = 0; i < 50; i++) post({ alertname: `X${i}` });
    post({ alertname: 'Y' });
    await pass(40);
    expect(told).toEqual(['30 a firing=Y resolved=']);
    hangs.resolve(OK);
    await pass(40);
    expect(told).toHaveLength(51);
  });

  it('keep what was due in a minute due in a minute when the clock is set', async () => {
    const { told, post, pass, clock } = setUp();
    post({ alertname: 'X' });
    await pass(10);
    clock.step(86_400_000);
    await pass(15);
    expect(told).toEqual([]);
    await pass(10);
    expect(told).toHaveLength(1);
    clock.step(-172_800_000);
    await pass(200);
    expect(told).toHaveLength(1);
  });
});
