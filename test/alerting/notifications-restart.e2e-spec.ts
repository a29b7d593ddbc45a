import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually';
import { PostgresServer } from '../support/postgres-server';
import { dataFolder, ServiceProcess } from '../support/service-process';
import { ADMIN_TOKEN } from '../support/test-config';
import { WebhookReceiver } from '../support/webhook-receiver';

const API = '/performance/alertmanager/api/v2';

describe('notifications of copies that are killed', () => {
  let postgres: PostgresServer;
  let webhook: WebhookReceiver;
  const folders: Awaited<ReturnType<typeof dataFolder>>[] = [];
  const copies: (ServiceProcess | undefined)[] = [];
  const kills: { readonly copy: string; readonly atMs: number }[] = [];

  const start = async (at: number) => {
    copies[at] = await ServiceProcess.start(
      {
        POSTGRES_URL: postgres.url,
        POSTGRES_MIN_SIZE: '1',
        RATE_LIMIT_ENABLED: 'false',
        INSTANCE: `copy-${at}`,
        ALERT_EXTERNAL_URL: `http://copy-${at}.example.org`, // which is in what it tells
        ALERTMANAGER_CONFIG: join(folders[0]!.path, 'alertmanager.yml'),
        ALERT_CPU_WARNING_PERCENT: '100',
        ALERT_CPU_CRITICAL_PERCENT: '100',
      },
      folders[at]!.path,
    );
  };
  const kill = async (at: number) => {
    await copies[at]?.kill('SIGKILL');
    kills.push({ copy: `http://copy-${at}.example.org`, atMs: Date.now() });
    copies[at] = undefined;
  };

  beforeAll(async () => {
    postgres = await PostgresServer.start();
    webhook = await WebhookReceiver.start();
    folders.push(await dataFolder(), await dataFolder());
    await writeFile(
      join(folders[0]!.path, 'alertmanager.yml'),
      `route:
  receiver: hook
  group_by: [alertname]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 1h
  routes: [{matchers: ['alertname=~"Late.*"'], group_wait: 8s}]
receivers: [{name: hook, webhook_configs: [{url: "${webhook.url}"}]}]
`,
    );
    await Promise.all([start(0), start(1)]);
  }, 180_000);

  afterAll(async () => {
    await Promise.all([kill(0), kill(1)]);
    await webhook.close();
    await postgres.close();
    await Promise.all(folders.map((folder) => folder.remove()));
  });

  /** A client that sends again what a killed copy did not answer, as a Prometheus does, to any copy. */
  async function call(method: string, path: string, body?: object): Promise<unknown> {
    return eventually(
      `${method} ${path}`,
      async () => {
        const copy = copies.find((each) => each !== undefined)!;
        const response = await fetch(`${copy.url}${path}`, {
          method,
          headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
          ...(body && { body: JSON.stringify(body) }),
          signal: AbortSignal.timeout(5_000),
        });
        if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
        return { answer: await response.json() };
      },
      { timeoutMs: 30_000 },
    ).then(({ answer }) => answer);
  }
  const fire = (...names: readonly string[]) =>
    call(
      'POST',
      `${API}/alerts`,
      names.map((alertname) => ({ labels: { alertname }, endsAt: new Date(Date.now() + 3_600_000).toISOString() })),
    );
  /** How often each alert was noted as told. */
  async function countNoted(): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    for (let cursor = ''; ;) {
      const path = `/performance/alerts/notifications?kind=delivery&limit=1000${cursor}`;
      const { events, next } = (await call('GET', path)) as {
        events: { alertnames: string[]; detail: { what: string } }[];
        next: number | null;
      };
      const names = events.filter(({ detail }) => detail.what === 'told').flatMap(({ alertnames }) => alertnames);
      for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
      if (next === null) return counts;
      cursor = `&cursor=${next}`;
    }
  }
  const told = (name: string) => webhook.lines.filter((line) => line === `firing ${name}`).length;

  it('tells each of 200 firings once, while one of two copies at a time is killed and started', async () => {
    const names = Array.from({ length: 200 }, (_, at) => `Fired${at}`);
    const state = { ends: false };
    const killing = (async () => {
      for (let at = 0; !state.ends; at = 1 - at) {
        await sleep(2_000 + Math.random() * 2_000);
        await kill(at);
        await start(at);
      }
    })();
    for (let at = 0; at < names.length; at += 10) {
      await fire(...names.slice(at, at + 10));
      await sleep(400);
    }
    state.ends = true;
    await killing;
    await eventually('all are told', () => names.every((name) => told(name) > 0), { timeoutMs: 40_000 });
    // Each telling that was noted is one event: of each firing there is exactly one.
    const noted = await eventually('all is noted', async () => {
      const counts = await countNoted();
      return names.every((name) => counts.has(name)) ? counts : undefined;
    });
    expect(names.filter((name) => noted.get(name) !== 1)).toEqual([]);
    // What was told besides was sent, and its sender killed before it could note that.
    for (const name of names.filter((each) => told(each) > 1)) {
      const receipts = webhook.received.filter(({ groupLabels }) => groupLabels.alertname === name);
      for (const [at, { externalURL, atMs }] of receipts.slice(0, -1).entries()) {
        const isKilled = kills.some(
          (killed) => killed.copy === externalURL && killed.atMs >= atMs && killed.atMs <= receipts[at + 1]!.atMs,
        );
        expect([name, isKilled]).toEqual([name, true]);
      }
    }
    expect(webhook.lines.filter((line) => line.startsWith('resolved'))).toEqual([]);
  }, 120_000);

  it('hand over within 15 s when the copy that tells is killed, and leave nothing out meanwhile', async () => {
    await eventually('both run', () => copies.every((copy) => copy !== undefined));
    await fire('BeforeHandOver');
    await eventually('it is told', () => told('BeforeHandOver') === 1, { timeoutMs: 30_000 });
    const teller = webhook.received.findLast(({ groupLabels }) => groupLabels.alertname === 'BeforeHandOver')!;
    const at = teller.externalURL.includes('copy-0') ? 0 : 1;
    const killedAtMs = Date.now();
    await kill(at);
    const names = Array.from({ length: 15 }, (_, second) => `HandOver${second}`);
    for (const name of names) {
      await fire(name);
      await sleep(1_000);
    }
    await eventually('all are told', () => names.every((name) => told(name) === 1), { timeoutMs: 30_000 });
    const first = webhook.received.find(({ groupLabels }) => groupLabels.alertname === 'HandOver0')!;
    expect(first.atMs - killedAtMs).toBeLessThanOrEqual(15_000);
    expect(webhook.lines.filter((line) => line.startsWith('resolved'))).toEqual([]);
    await start(at);
  }, 120_000);

  it('remembers silences, acknowledgements and maintenance windows, and group timers go on', async () => {
    const silence = {
      matchers: [{ name: 'alertname', value: 'Quiet', isRegex: false }],
      startsAt: new Date().toISOString(),
      endsAt: new Date(Date.now() + 3_600_000).toISOString(),
      createdBy: 'me',
      comment: 'c',
    };
    await call('POST', `${API}/silences`, silence);
    const timeIntervals = [{ weekdays: ['sunday'] }];
    await call('PUT', '/performance/alerts/maintenance/sundays', { matchers: ['alertname="Weekly"'], timeIntervals });
    await call('POST', '/performance/alerts/acknowledgements', { matchers: ['alertname="Fired1"'], comment: 'seen' });
    const before = Date.now();
    await fire('Quiet', 'LateOne');
    await sleep(1_000);
    await Promise.all([kill(0), kill(1)]);
    await start(0);
    await eventually('the group that waited is told', () => told('LateOne') === 1, { timeoutMs: 40_000 });
    expect(
      webhook.received.findLast(({ groupLabels }) => groupLabels.alertname === 'LateOne')!.atMs - before,
    ).toBeGreaterThan(7_000);
    expect(told('Quiet')).toBe(0);
    expect(await call('GET', `${API}/silences`)).toEqual([expect.objectContaining({ comment: 'c' })]);
    expect(await call('GET', '/performance/alerts/maintenance')).toEqual([
      expect.objectContaining({ name: 'sundays' }),
    ]);
    expect(await call('GET', '/performance/alerts/acknowledgements')).toEqual([
      expect.objectContaining({ comment: 'seen', labels: { alertname: 'Fired1' } }),
    ]);
    const { events } = (await call('GET', '/performance/alerts/notifications?limit=1000')) as {
      events: { kind: string; alertnames: string[] }[];
    };
    expect(events.filter(({ kind }) => kind === 'delivery').length).toBeGreaterThanOrEqual(200);
    expect(new Set(events.map(({ kind }) => kind))).toEqual(
      new Set(['delivery', 'muted', 'silence', 'acknowledgement', 'maintenance']),
    );
  }, 90_000);
});
