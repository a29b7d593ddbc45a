import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SMTPServer } from 'smtp-server';
import { AlertmanagerServer } from '../support/alertmanager-server';
import { startApp } from '../support/app';
import { eventually } from '../support/eventually';
import { asAdmin } from '../support/test-config';
import { WebhookReceiver } from '../support/webhook-receiver';

const API = '/performance/alertmanager/api/v2';

const isHigh = (line: string) => line.startsWith('firing') && line.includes('HighCpuUsage');

describe('alerts, with nothing configured but where they go', () => {
  let app: NestExpressApplication;
  let url: string;
  let webhook: WebhookReceiver;
  let real: AlertmanagerServer;
  let smtp: SMTPServer;
  const mails: string[] = [];

  beforeAll(async () => {
    webhook = await WebhookReceiver.start();
    real = await AlertmanagerServer.start('route: {receiver: a}\nreceivers: [{name: a}]\n');
    smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      onData(stream, _session, done) {
        let text = '';
        stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
        stream.on('end', () => {
          mails.push(text);
          done();
        });
      },
    });
    smtp.listen(0, '127.0.0.1');
    await once(smtp.server, 'listening');
    app = await startApp({
      ALERT_WEBHOOK_URL: `${webhook.url}/hook?token=very-secret-token`,
      ALERT_WEBHOOK_SECRET: 'the secret of the signature',
      ALERT_EMAIL_TO: 'ops@example.org',
      SMTP_URL: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}?from=alerts@example.org`,
      ALERTMANAGER_URL: real.url,
      METRICS_SAMPLE_INTERVAL_SECONDS: '1',
      ALERT_CPU_WARNING_PERCENT: '1',
      ALERT_CPU_FOR_SECONDS: '0',
    });
    url = await app.getUrl();
  }, 60_000);
  afterAll(async () => {
    await app.close();
    await webhook.close();
    await real.close();
    await new Promise<void>((resolve) => {
      smtp.close(() => resolve());
    });
  });

  const post = async (path: string, body: object) => {
    const headers = { ...asAdmin, 'content-type': 'application/json' };
    const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: response.status, text: await response.text() };
  };

  const metric = async (series: string) => {
    const text = await (await fetch(`${url}/metrics`, { headers: asAdmin })).text();
    return Number(new RegExp(`^${series.replace(/[{}]/g, '\\$&')} (\\S+)$`, 'm').exec(text)?.[1]);
  };

  it('of a rule that fires reach a webhook, a mailbox and a real Alertmanager', async () => {
    await eventually('the webhook is told', () => webhook.lines.some(isHigh), { timeoutMs: 30_000 });
    await eventually('the mail is there', () => mails.some((mail) => mail.includes('HighCpuUsage')), {
      timeoutMs: 30_000,
    });
    await eventually(
      'the real Alertmanager has it',
      async () => (await real.alerts()).some(({ labels }) => labels.alertname === 'HighCpuUsage'),
      { timeoutMs: 30_000 },
    );
    const told = webhook.received.find(({ groupLabels }) => groupLabels.alertname === 'HighCpuUsage')!;
    expect(told.headers['x-alert-signature']).toMatch(/^sha256=[0-9a-f]{64}$/);
    const mail = mails.find((each) => each.includes('HighCpuUsage'));
    expect(mail).toMatch(/^To: ops@example.org$/m);
    expect(mail).toMatch(/^From: alerts@example.org$/m);
    expect(mail).toMatch(/^Subject: \[FIRING:\d\] HighCpuUsage$/m);
  }, 60_000);

  it('that end are told as ended, to the real Alertmanager, too', async () => {
    const labels = { alertname: 'Ends' };
    await post(`${API}/alerts`, [{ labels }]);
    await eventually('it fires there', async () => JSON.stringify(await real.alerts()).includes('Ends'));
    await eventually('it is told', () => webhook.lines.includes('firing Ends'));
    await post(`${API}/alerts`, [{ labels, endsAt: new Date().toISOString() }]);
    await eventually('it is over there', async () => !JSON.stringify(await real.alerts()).includes('Ends'));
  }, 30_000);

  it('are tried by a test, which says what each receiver answered and no secret', async () => {
    const before = mails.length;
    const { status, text } = await post('/performance/alerts/test', {});
    expect([status, JSON.parse(text)]).toEqual([
      200,
      [
        { receiver: 'default', kind: 'webhook', ok: true, answer: '200' },
        { receiver: 'default', kind: 'email', ok: true, answer: expect.stringMatching(/^250/) },
      ],
    ]);
    expect(mails.slice(before).join('')).toContain('[TEST]');
    webhook.answer = () => ({ status: 403 });
    const refused = await post('/performance/alerts/test', { receiver: 'default' });
    webhook.answer = () => ({ status: 200 });
    expect(refused.text).toContain('"ok":false,"answer":"403"');
    const headers = asAdmin;
    const shown = await (await fetch(`${url}${API}/status`, { headers })).text();
    for (const answer of [text, refused.text, shown]) expect(answer).not.toContain('very-secret-token');
  }, 30_000);

  it('that a receiver does not take are seen to wait in metrics, until it takes them', async () => {
    const waiting = 'alert_notifications_waiting{integration="webhook",state="waiting"}';
    const failed = 'alert_notifications_total{integration="webhook",outcome="failed"}';
    webhook.answer = () => ({ status: 500 });
    const before = await metric(failed);
    await post(`${API}/alerts`, [{ labels: { alertname: 'NotTaken' } }]);
    await eventually('it fails', async () => (await metric(failed)) > before);
    expect(await metric(waiting)).toBeGreaterThan(0);
    expect(await metric('alert_notifications_oldest_seconds')).toBeGreaterThan(0);
    webhook.answer = () => ({ status: 200 });
    await eventually('nothing waits', async () => (await metric(waiting)) === 0, { timeoutMs: 40_000 });
    expect(await metric('alert_notifications_config_ok')).toBe(1);
    expect(webhook.lines).toContain('firing NotTaken');
  }, 60_000);
});
