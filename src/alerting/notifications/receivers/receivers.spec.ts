import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { parseAlertmanagerConfig } from '../config/alertmanager-config';
import { AddressRule, isPublicAddress } from '../delivery/address-rule';
import { OutboundHttp } from '../delivery/outbound-http';
import type { Notification } from './notification';
import { TargetRefusedError } from '../notifications.errors';
import { tell } from './notification-context';
import type { Outcome } from './receiver-call';
import { templateTexts } from './template-texts';
import { signature } from './webhook';

const NOW = Date.UTC(2026, 0, 5, 12);

interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
  readonly raw: string;
}

const NOTIFICATION: Notification = {
  receiver: 'a',
  groupKey: '{}:{alertname="Slow"}',
  groupLabels: { alertname: 'Slow' },
  alerts: [
    {
      fingerprint: 'f1',
      labels: { alertname: 'Slow', severity: 'critical', path: '/<b>' },
      annotations: {
        summary: 'It is slow.',
        runbook_url: 'https://runbooks.example.org/Slow',
      },
      startsAt: NOW - 60_000,
      endsAt: 0,
      generatorUrl: 'https://gateway.example.org/graph?expr=slow',
      value: 2.5000000001,
      threshold: 1,
    },
    {
      fingerprint: 'f2',
      labels: { alertname: 'Slow', severity: 'critical', path: '/b' },
      annotations: { summary: 'It is slow.' },
      startsAt: NOW - 120_000,
      endsAt: NOW - 10_000,
      generatorUrl: '',
    },
  ],
  externalUrl: 'https://gateway.example.org',
  isTest: false,
};

describe('a receiver', () => {
  let server: Server;
  let origin: string;
  let received: Received[];
  let answer: { status: number; headers?: Record<string, string>; body?: string };

  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const raw = Buffer.concat(chunks).toString();
        const { method = '', url: path = '', headers } = request;
        received.push({ method, path, headers, raw, body: JSON.parse(raw) as Record<string, unknown> });
        const { status, headers: more = {}, body = 'ok' } = path === '/elsewhere' ? { status: 200 } : answer;
        response.writeHead(status, more).end(body);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  beforeEach(() => {
    received = [];
    answer = { status: 200 };
  });

  async function telling(
    list: string,
    notification = NOTIFICATION,
    addresses = new AddressRule(true),
  ): Promise<Outcome> {
    const text = `route: {receiver: a}\nreceivers:\n- name: a\n  ${list.replaceAll('URL', origin)}`;
    const config = parseAlertmanagerConfig(text);
    const outbound = new OutboundHttp(addresses);
    const context = {
      global: config.global,
      makeTexts: templateTexts(config.templates, '/'),
      http: outbound,
      addresses,
      externalUrl: 'https://gateway.example.org',
      webhookSecret: 'a secret of the test',
    };
    try {
      return await tell(config.receivers[0]!.integrations[0]!, notification, context, AbortSignal.timeout(5_000), NOW);
    } finally {
      await outbound.close();
    }
  }

  it('webhook gets what Alertmanager sends (version 4), signed', async () => {
    expect(await telling('webhook_configs: [{url: "URL/hook", max_alerts: 1}]')).toMatchObject({ ok: true });
    const [{ body, headers, raw }] = received as [Received];
    expect(body).toEqual({
      receiver: 'a',
      status: 'firing',
      alerts: [
        {
          status: 'firing',
          labels: NOTIFICATION.alerts[0]!.labels,
          annotations: NOTIFICATION.alerts[0]!.annotations,
          startsAt: '2026-01-05T11:59:00.000Z',
          endsAt: '0001-01-01T00:00:00Z',
          generatorURL: 'https://gateway.example.org/graph?expr=slow',
          fingerprint: 'f1',
          value: 2.5000000001,
          threshold: 1,
        },
      ],
      groupLabels: { alertname: 'Slow' },
      commonLabels: { alertname: 'Slow', severity: 'critical' },
      commonAnnotations: { summary: 'It is slow.' },
      externalURL: 'https://gateway.example.org',
      version: '4',
      groupKey: '{}:{alertname="Slow"}',
      truncatedAlerts: 1,
    });
    const timestamp = Number(headers['x-alert-timestamp']);
    expect(timestamp).toBe(NOW / 1_000);
    expect(headers['x-alert-signature']).toBe(signature('a secret of the test', timestamp, raw));
  });

  it.each([
    ['slack_configs: [{api_url: "URL/s", channel: "#a"}]', ['attachments', '0', 'text']],
    ['discord_configs: [{webhook_url: "URL/d"}]', ['embeds', '0', 'description']],
    ['msteams_configs: [{webhook_url: "URL/t"}]', ['text']],
    ['msteamsv2_configs: [{webhook_url: "URL/t"}]', ['attachments', '0', 'content', 'body', '1', 'text']],
    ['telegram_configs: [{api_url: "URL", bot_token: tok, chat_id: 5}]', ['text']],
    ['opsgenie_configs: [{api_url: "URL", api_key: k}]', ['description']],
    ['pagerduty_configs: [{url: "URL/p", routing_key: k}]', ['payload', 'custom_details', 'firing']],
  ])('is told value, threshold, since when, runbook and chart: %s', async (list, path) => {
    expect(await telling(list)).toMatchObject({ ok: true });
    const text = String(path.reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], received[0]!.body));
    for (const part of [
      'Value 2.5, threshold 1',
      '2026-01-05T11:59:00.000Z',
      'runbooks.example.org/Slow',
      'graph?expr=slow',
    ]) {
      expect(text).toContain(part);
    }
    expect(list.startsWith('telegram') || list.startsWith('slack') ? text : '<b>').not.toContain('/<b>');
  });

  it('expands the templates of its fields, by names of our defaults, too', async () => {
    const title =
      '{{ .Status | toUpper }} {{ range .Alerts.Firing }}{{ .Labels.path }}{{ end }} {{ .CommonLabels.SortedPairs.Values | join "-" }}';
    await telling(
      `slack_configs: [{api_url: "URL/s", title: '${title}', text: '{{ template "slack.default.title" . }}'}]`,
    );
    const [attachment] = received[0]!.body.attachments as [Record<string, string>];
    expect(attachment).toMatchObject({ title: 'FIRING /<b> Slow-critical', text: '[FIRING:1] Slow' });
  });

  it('closes what it opened when all is resolved, under the same name', async () => {
    await telling('pagerduty_configs: [{url: "URL/p", routing_key: k}]');
    const over = { ...NOTIFICATION, alerts: NOTIFICATION.alerts.filter(({ endsAt }) => endsAt > 0) };
    await telling('pagerduty_configs: [{url: "URL/p", routing_key: k}]', over);
    await telling('opsgenie_configs: [{api_url: "URL", api_key: k}]', over);
    const [opened, closed, alert] = received.map(({ body, path }) => ({ ...body, path }));
    expect(opened).toMatchObject({ event_action: 'trigger' });
    expect(closed).toMatchObject({ event_action: 'resolve', dedup_key: (opened as Record<string, unknown>).dedup_key });
    expect(alert!.path).toMatch(/^\/v2\/alerts\/[0-9a-f]{16}\/close\?identifierType=alias$/);
  });

  it.each([
    [{ status: 500 }, { ok: false, retry: true }],
    [
      { status: 429, headers: { 'retry-after': '30' } },
      { ok: false, retry: true, waitMs: 30_000 },
    ],
    [
      { status: 503, headers: { 'retry-after': new Date(NOW + 90_000).toUTCString() } },
      { retry: true, waitMs: 90_000 },
    ],
    [{ status: 404 }, { ok: false, retry: false }],
    [
      { status: 302, headers: { location: '/elsewhere' } },
      { ok: false, retry: false },
    ],
    [{ status: 307, headers: { location: '/elsewhere' } }, { ok: true }],
  ])('that answers %j', async (given, outcome) => {
    answer = given;
    expect(await telling('webhook_configs: [{url: "URL/hook"}]')).toMatchObject(outcome);
  });

  it('sends its credentials to no other server', async () => {
    answer = { status: 307, headers: { location: `${origin.replace('127.0.0.1', 'localhost')}/elsewhere` } };
    await telling('webhook_configs: [{url: "URL/hook", http_config: {bearer_token: x}}]');
    expect(received.map(({ headers }) => headers.authorization)).toEqual(['Bearer x', undefined]);
  });

  it.each([
    'http://127.0.0.2:PORT/elsewhere',
    'http://localhost:PORT/elsewhere',
    'http://[::1]:PORT/',
    'file:///etc/passwd',
  ])('is not followed into a private network: %s', async (location) => {
    answer = { status: 307, headers: { location: location.replace('PORT', new URL(origin).port) } };
    let asked = 0; // the first server counts as one of the Internet
    const publicServer = new AddressRule(false, () => asked++ === 0);
    const call = telling('webhook_configs: [{url: "URL/hook"}]', NOTIFICATION, publicServer);
    await expect(call).rejects.toThrow(TargetRefusedError);
    expect(received.map(({ path }) => path)).toEqual(['/hook']);
  });

  it.each(['URL/hook', 'http://localhost:1/hook'])('is not called in a private network: %s', async (url) => {
    const call = telling(`webhook_configs: [{url: "${url}"}]`, NOTIFICATION, new AddressRule(false));
    await expect(call).rejects.toThrow(/it is in a private network, which is not allowed/);
    expect(received).toEqual([]);
  });
});

describe('an address', () => {
  it.each([
    '10.1.2.3',
    '127.0.0.1',
    '169.254.169.254',
    '192.168.0.1',
    '172.31.0.1',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
  ])('of a private network: %s', (address) => expect(isPublicAddress(address)).toBe(false));
  it.each([
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:10.0.0.1',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    '2001:db8::1',
    'ff02::1',
  ])('of a private network: %s', (address) => expect(isPublicAddress(address)).toBe(false));
  it.each(['1.1.1.1', '172.32.0.1', '2606:4700:4700::1111', '2a00:1450::1'])('of the Internet: %s', (address) =>
    expect(isPublicAddress(address)).toBe(true),
  );
});
