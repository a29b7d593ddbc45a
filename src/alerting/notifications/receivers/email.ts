import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { EmailConfig } from '../config/receiver-fields';
import { secretOf, tlsOptions } from '../delivery/outbound-http';
import { fingerprintOf } from '../matching/label-set';
import { NodemailerMissingError } from '../notifications.errors';
import { factsOf, plainText, titleOf } from './alert-summary';
import { escapeHtml } from '../../../common/escape-html';
import type { Notification } from './notification';
import type { Outcome, ReceiverCall } from './receiver-call';

const SMTPS_PORT = 465;
const TIMEOUT_MS = 10_000;

/** Where names are resolved and addresses checked; the connection goes to the address that was checked. */
export interface MailAddresses {
  checkHost(host: string): void;
}

/** @throws NodemailerMissingError without the package `nodemailer` */
async function loadNodemailer() {
  try {
    return await import('nodemailer');
  } catch (error) {
    throw new NodemailerMissingError(error);
  }
}

export async function callEmail(config: EmailConfig, call: ReceiverCall, addresses: MailAddresses): Promise<Outcome> {
  const { createTransport } = await loadNodemailer();
  const { notification, texts, global, signal } = call;
  const text = (template: string | undefined, fallback = '') => texts.text(template, () => fallback);
  const { host, port } = config.smarthost ?? global.smtp_smarthost!;
  const name = host === '' ? 'localhost' : host;
  const address = isIP(name) === 0 ? (await lookup(name)).address : name;
  addresses.checkHost(address);
  const secure = Number(port) === SMTPS_PORT;
  const requireTls = config.require_tls ?? global.smtp_require_tls;
  const transport = createTransport({
    host: address,
    port: Number(port),
    secure,
    requireTLS: requireTls && !secure,
    name: config.hello ?? global.smtp_hello,
    tls: {
      servername: isIP(name) === 0 ? name : undefined,
      ...(config.tls_config && (await tlsOptions(config.tls_config))),
    },
    ...(await credentialsOf(config, call)),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const close = () => transport.close();
  signal.addEventListener('abort', close, { once: true });
  try {
    const { Subject: subject, To: _to, From: _from, ...headers } = config.headers;
    const html = texts.html(config.html, () => htmlText(notification));
    const sent = (await transport.sendMail({
      from: text(config.headers.From ?? config.from ?? global.smtp_from),
      to: text(config.headers.To ?? config.to),
      envelope: { from: addressOf(text(config.from ?? global.smtp_from)), to: text(config.to) },
      subject: text(subject, titleOf(notification)).replaceAll(/[\r\n]+/g, ' '),
      text: config.text === undefined ? plainText(notification) : text(config.text),
      ...(html !== '' && { html }),
      headers: {
        ...Object.fromEntries(Object.entries(headers).map(([key, template]) => [key, text(template)])),
        'X-Alert-Group': fingerprintOf({ groupKey: notification.groupKey }),
        ...(notification.isTest && { 'X-Alert-Test': 'true' }),
      },
    })) as { readonly response?: string };
    return { ok: true, retry: false, text: sent.response ?? 'accepted' };
  } catch (error) {
    const { responseCode, code, message } = error as { responseCode?: number; code?: string; message: string };
    // 5xx is for good; what is no answer of the server (no connection, no TLS) may be over soon.
    const refused = responseCode !== undefined && responseCode >= 500;
    return { ok: false, retry: !refused, text: `${code ?? 'error'}: ${message}` };
  } finally {
    signal.removeEventListener('abort', close);
    transport.close();
  }
}

async function credentialsOf(config: EmailConfig, { global }: ReceiverCall) {
  const user = config.auth_username || global.smtp_auth_username || '';
  const own = await secretOf(config.auth_password, config.auth_password_file);
  const pass = own ?? (await secretOf(global.smtp_auth_password, global.smtp_auth_password_file)) ?? '';
  const secret = config.auth_secret || global.smtp_auth_secret || '';
  if (user === '') return {};
  if (pass !== '') return { auth: { user, pass } };
  // Only CRAM-MD5 takes a secret that is never sent.
  return secret === '' ? {} : { auth: { user, pass: secret }, authMethod: 'CRAM-MD5' };
}

const addressOf = (text: string): string => /<([^<>]*)>\s*$/.exec(text)?.[1] ?? text;

const link = (text: string, url: string | undefined) =>
  url === undefined ? '' : ` <a href="${escapeHtml(url)}">${text}</a>`;

function htmlText(notification: Notification): string {
  const { facts, more } = factsOf(notification);
  const sections = facts.map(
    ({ title, summary, lines, runbook, chart }) =>
      `<h3>${escapeHtml(title)}</h3><p>${[summary, ...lines]
        .filter((line) => line !== '')
        .map(escapeHtml)
        .join('<br>')}</p><p>${link('Runbook', runbook)}${link('Chart', chart)}</p>`,
  );
  const rest = more > 0 ? `<p>… and ${more} more</p>` : '';
  const place = notification.externalUrl === '' ? '' : `<p>${link('Dashboard', notification.externalUrl)}</p>`;
  return `<h2>${escapeHtml(titleOf(notification))}</h2>${sections.join('')}${rest}${place}`;
}
