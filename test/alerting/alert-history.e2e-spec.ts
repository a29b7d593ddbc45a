import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { JobScheduler } from '../../src/jobs/job-scheduler';
import type { ScheduledJob } from '../../src/jobs/scheduled-job';
import { startApp } from '../support/app';
import { eventually } from '../support/eventually';
import { PostgresServer } from '../support/postgres-server';
import { asAdmin } from '../support/test-config';
import { WebhookReceiver } from '../support/webhook-receiver';

interface Transition {
  readonly id: string;
  readonly name: string;
  readonly to: string;
}

const CONFIG = (url: string) => `
route: {receiver: hook, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}
receivers: [{name: hook, webhook_configs: [{url: "${url}/take"}, {url: "${url}/refuse"}]}]
`;

const inAnyOrder = (...deliveries: object[]) => deliveries.map((each) => expect.objectContaining(each));

describe('the history of alerts', () => {
  let postgres: PostgresServer;
  let webhook: WebhookReceiver;
  let app: NestExpressApplication;
  let folder: string;
  let url: string;
  const jobs = new Map<string, ScheduledJob>();

  beforeAll(async () => {
    const add = JobScheduler.prototype.add;
    jest.spyOn(JobScheduler.prototype, 'add').mockImplementation(function (this: JobScheduler, job) {
      const added = add.call(this, job);
      jobs.set(job.name, added);
      return added;
    });
    postgres = await PostgresServer.start();
    webhook = await WebhookReceiver.start();
    webhook.answer = (path) => ({ status: path === '/take' ? 200 : 403 });
    folder = await mkdtemp(join(tmpdir(), 'alert-history-'));
    const config = join(folder, 'alertmanager.yml');
    await writeFile(config, CONFIG(webhook.url));
    app = await startApp({
      POSTGRES_URL: postgres.url,
      ALERTMANAGER_CONFIG: config,
      ALERT_EXTERNAL_URL: 'https://gateway.example.org',
      METRICS_SAMPLE_INTERVAL_SECONDS: '1',
    });
    url = await app.getUrl();
  }, 60_000);
  afterAll(async () => {
    jest.restoreAllMocks();
    await app.close();
    await webhook.close();
    await postgres.close();
    await rm(folder, { recursive: true });
  });

  async function call<Body>(method: string, path: string, body?: object): Promise<Body> {
    const headers = { ...asAdmin, 'content-type': 'application/json' };
    const response = await fetch(`${url}/performance/${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status} ${text}`);
    return JSON.parse(text || 'null') as Body;
  }
  const measures = (value: number) =>
    call('PUT', 'alerts/rules/mine', {
      interval: '1s',
      rules: [
        { alert: 'Told', expr: `vector(${value}) > 5`, labels: { severity: 'page' }, annotations: { summary: 'So.' } },
        { alert: 'Quiet', expr: `vector(${value}) > 5` },
      ],
    });
  const history = (query: string) => call<Transition[]>('GET', `alerts/history?${query}`);

  const old = async (days: number) => {
    const atMs = Date.now() - days * 86_400_000;
    await postgres.query(
      `INSERT INTO performance_gateway.alert_events (at_ms, name, severity, labels, from_state, to_state, instance)
       VALUES ($1, $2, '', '{}', 'inactive', 'pending', 'x')`,
      [atMs, `Old${days}`],
    );
    await postgres.query(
      `INSERT INTO performance_gateway.alert_notification_events (at, kind, alertnames, detail)
       VALUES (to_timestamp($1 / 1000.0), 'silence', ARRAY[$2], '{}')`,
      [atMs, `Old${days}`],
    );
  };
  const kept = async () => {
    const events = await history('limit=1000&until=' + new Date(Date.now() - 86_400_000).toISOString());
    const other = await call<{ events: { alertnames: string[] }[] }>('GET', 'alerts/notifications?limit=1000');
    const names = other.events.flatMap(({ alertnames }) => alertnames);
    return [events.map(({ name }) => name), names.filter((name) => name.startsWith('Old'))];
  };

  it('says of each transition what was told to whom, what they said, and who silenced and acknowledged', async () => {
    await call('POST', 'alertmanager/api/v2/silences', {
      matchers: [{ name: 'alertname', value: 'Quiet', isRegex: false }],
      startsAt: new Date().toISOString(),
      endsAt: new Date(Date.now() + 3_600_000).toISOString(),
      createdBy: 'an operator',
      comment: 'it is known',
    });
    await measures(7.25);
    await eventually('it is told', () => webhook.lines.includes('firing Told'), { timeoutMs: 30_000 });
    const told = webhook.received.find(({ groupLabels }) => groupLabels.alertname === 'Told')!;
    expect(told.alerts[0]).toMatchObject({ value: 7.25, threshold: 5, annotations: { summary: 'So.' } });
    await call('POST', 'alerts/acknowledgements', { matchers: ['alertname="Told"'], by: 'me', comment: 'I look' });
    await measures(1);
    await eventually('its end is told', () => webhook.lines.includes('resolved Told'), { timeoutMs: 30_000 });

    const taken = { receiver: 'hook', kind: 'webhook', outcome: 'told', attempts: 1, answer: '200' };
    const refused = { ...taken, outcome: 'given up', answer: '403' };
    const found = await eventually('all is in the history', async () => {
      const all = await history('name=Told');
      return JSON.stringify(all).match(/"outcome"/g)?.length === 3 && all;
    });
    expect(found).toEqual([
      expect.objectContaining({
        name: 'Told',
        severity: 'page',
        from: 'firing',
        to: 'resolved',
        lastedSeconds: expect.any(Number),
        value: 7.25,
        // Who refused the beginning is not told the end.
        deliveries: inAnyOrder(taken),
        muted: [],
      }),
      expect.objectContaining({
        to: 'firing',
        value: 7.25,
        deliveries: expect.arrayContaining(inAnyOrder(taken, refused)),
        acknowledgements: [{ at: expect.any(String), what: 'acknowledged', by: 'me', comment: 'I look' }],
      }),
    ]);
    const quiet = await history('name=Quiet');
    const silencedBy = [{ id: expect.any(String), createdBy: 'an operator', comment: 'it is known' }];
    expect(quiet).toMatchObject([
      { to: 'resolved', deliveries: [], muted: [] },
      { to: 'firing', deliveries: [], muted: [{ silencedBy, inhibitedBy: [], maintenance: [] }] },
    ]);
    expect(await call('GET', 'health')).toMatchObject({
      status: 'degraded',
      checks: { notifications: { status: 'degraded', message: expect.stringContaining('receiver "hook" (webhook)') } },
    });
    const dead = await call<object[]>('GET', 'alerts/deliveries?state=dead');
    const groupKey = '{}:{alertname="Told"}';
    expect(dead).toContainEqual(expect.objectContaining({ groupKey, state: 'dead', answer: '403' }));
  }, 90_000);

  it('is read by time, name and severity, page by page, each change once', async () => {
    const all = await history('limit=1000');
    const numbers = all.map(({ id }) => Number(id));
    expect(numbers).toEqual(numbers.toSorted((one, other) => other - one));
    const ids: string[] = [];
    for (let before = ''; ;) {
      const page = await history(`limit=2${before === '' ? '' : `&before=${before}`}`);
      ids.push(...page.map(({ id }) => id));
      if (page.length < 2) break;
      before = page.at(-1)!.id;
    }
    expect(ids.slice(-all.length)).toEqual(all.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    expect((await history('severity=page')).every(({ name }) => name === 'Told')).toBe(true);
    expect(await history('until=2020-01-01T00:00:00Z')).toEqual([]);
    expect((await history('from=2020-01-01T00:00:00Z&name=Told')).length).toBe(2);
    expect(await call('GET', 'alerts?name=Told&state=resolved')).toMatchObject([{ name: 'Told', state: 'resolved' }]);
    expect(await call('GET', 'alerts?name=Told&state=firing')).toEqual([]);
  }, 30_000);

  it('is forgotten after 90 days by jobs', async () => {
    await old(91);
    await old(89);
    expect(await kept()).toEqual([
      ['Old89', 'Old91'],
      ['Old89', 'Old91'],
    ]);
    await jobs.get('alert-history-purge')!.runNow();
    await jobs.get('alert-notification-purge')!.runNow();
    expect(await kept()).toEqual([['Old89'], ['Old89']]);
  }, 30_000);
});
