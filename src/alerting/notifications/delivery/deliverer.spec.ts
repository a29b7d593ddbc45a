import { type Answer, MINUTE, OK, simulatedNotifications } from '../../../../test/support/simulated-notifications';
import type { Clock } from '../../../common/clock';
import { NotificationHealth } from '../notification-health';
import type { Notifications } from '../notifications.service';
import { GIVE_UP_MS } from './deliverer';

const CONFIG = `
route: {receiver: a, group_by: [alertname], group_wait: 0s, group_interval: 1m, repeat_interval: 12h}
receivers:
- {name: a, webhook_configs: [{url: "http://a/very-secret-path"}], slack_configs: [{api_url: "http://b"}]}
`;
const HOUR_S = 3_600;

/** Of two integrations of one receiver the first has troubles. */
function setUp(troubled: Answer) {
  const ofBoth: Answer = (row) => (row.integration === 0 ? troubled(row) : OK);
  const simulated = simulatedNotifications(CONFIG, ofBoth);
  const { core, clock } = simulated;
  const known = { core, configProblem: undefined, tellsAnybody: true, forwardingProblems: () => [] };
  const health = new NotificationHealth(known as unknown as Notifications, clock as Clock);
  const rows = (kind: string) => [...core.ledger.values()].filter((row) => row.kind === kind);
  return { ...simulated, health, rows };
}

describe('what a receiver does not take', () => {
  it('is tried for an hour of 500 now and then, told once it is over, and delays nobody else', async () => {
    let tries = 0;
    let isOver = false;
    const { core, told, post, pass, health, rows } = setUp(() => {
      tries++;
      return isOver ? OK : { ok: false, retry: true, text: '500 http://a/very-secret-path' };
    });
    post({ alertname: 'X' });
    await pass(240);
    expect(health.problem()).toBeUndefined();
    await pass(HOUR_S - 240);
    // Twice as long each time, up to five minutes, ±25 %.
    expect(tries).toBeGreaterThanOrEqual(15);
    expect(tries).toBeLessThanOrEqual(30);
    expect(told.filter((line) => !line.endsWith('failed'))).toEqual(['0 a firing=X resolved=']);
    expect(health.problem()).toMatch(
      /^receiver "a" \(webhook\) has not been told of one group since 2026-01-05T12:00:00\.000Z: 500 \[secret\]; it is tried again/,
    );
    expect(health.problem()).not.toContain('very-secret');
    post({ alertname: 'Y' });
    await pass(2);
    expect(told).toContain('3600 a firing=Y resolved=');
    isOver = true;
    await pass(400);
    expect(rows('webhook').map((row) => [row.pending, row.answer?.ok])).toEqual([
      [undefined, true],
      [undefined, true],
    ]);
    expect(health.problem()).toBeUndefined();
    expect(core.deliverer.counts.get('webhook')).toMatchObject({ sent: 2, givenUp: 0 });
  }, 30_000);

  it('is left alone for as long as it asks with 429, longer than the usual pauses, too', async () => {
    let tries = 0;
    const { post, pass } = setUp(() => {
      tries++;
      return tries > 3 ? OK : { ok: false, retry: true, waitMs: 20 * MINUTE, text: '429' };
    });
    post({ alertname: 'X' });
    const seen: number[] = [];
    for (let minute = 0; minute < 70; minute++) {
      await pass(60);
      seen.push(tries);
    }
    expect([seen[0], seen[18], seen[22], seen[38], seen[42], seen[58], seen[62], seen[69]]).toEqual([
      1, 1, 2, 2, 3, 3, 4, 4,
    ]);
  }, 30_000);

  it('is given up after four hours, which health, counts and history say, until something newer is told', async () => {
    let isOver = false;
    const { core, clock, store, post, pass, health, rows } = setUp(() =>
      isOver ? OK : { ok: false, retry: true, text: '503 out of order' },
    );
    const startMs = clock.now();
    post({ alertname: 'X' });
    await pass(GIVE_UP_MS / 1_000 - 10);
    expect(rows('webhook')[0]).toMatchObject({ dead: undefined, pending: { firing: [expect.any(String)] } });
    await pass(400);
    expect(rows('webhook')[0]).toMatchObject({
      pending: undefined,
      dead: { reason: 'given up after four hours: 503 out of order' },
    });
    expect(health.problem()).toBe(
      'receiver "a" (webhook) was not told of one group, which is given up: given up after four hours: 503 out of order; ' +
        'correct its configuration, POST /performance/alerts/test says what it answers',
    );
    expect(core.deliverer.counts.get('webhook')).toMatchObject({ sent: 0, givenUp: 1 });
    const query = { fromMs: startMs, toMs: clock.now(), kind: undefined, alertname: 'X', limit: 10, before: undefined };
    const { events } = await store.events(query);
    expect(events.map(({ detail }) => [detail.kind, detail.what])).toEqual([
      ['webhook', 'given up'],
      ['slack', 'told'],
      ['webhook', 'failed'],
    ]);
    isOver = true;
    post({ alertname: 'X' }, 'ends');
    await pass(120);
    expect(rows('webhook')).toHaveLength(1);
    expect(health.problem()).toMatch(/given up after four hours/);
    post({ alertname: 'Y' });
    await pass(2);
    expect(health.problem()).toBeUndefined(); // it takes what it is told, and there is nothing left to tell it of X
    clock.advance(86_400_000);
    await pass(2);
    expect(rows('webhook').filter(({ groupLabels }) => groupLabels.alertname === 'X')).toEqual([]);
  }, 60_000);

  it('is one of many: a few receivers are named, the others counted', async () => {
    const { post, pass, health } = setUp(() => ({ ok: false, retry: false, text: '403' }));
    for (let each = 0; each < 40; each++) post({ alertname: `X${each}` });
    await pass(20);
    expect(health.problem()).toMatch(/^receiver "a" \(webhook\) was not told of 40 groups, which is given up: 403;/);
  });
});
