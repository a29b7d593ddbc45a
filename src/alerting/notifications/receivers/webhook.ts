import { createHmac } from 'node:crypto';
import type { WebhookConfig } from '../config/receiver-fields';
import { PLAIN_HTTP } from '../config/http-client-config';
import { commonOf, type Notification, statusOf, timeText } from './notification';
import { type Outcome, outcomeOf, type ReceiverCall } from './receiver-call';

/** What Alertmanager sends to a webhook (version 4), with what was measured. */
export function webhookPayload(
  { receiver, groupKey, groupLabels, alerts, externalUrl }: Notification,
  maxAlerts: number,
) {
  const kept = maxAlerts > 0 ? alerts.slice(0, maxAlerts) : alerts;
  return {
    receiver,
    status: statusOf({ alerts }),
    alerts: kept.map((alert) => ({
      status: alert.endsAt === 0 ? 'firing' : 'resolved',
      labels: alert.labels,
      annotations: alert.annotations,
      startsAt: timeText(alert.startsAt),
      endsAt: timeText(alert.endsAt),
      generatorURL: alert.generatorUrl,
      fingerprint: alert.fingerprint,
      // Of our own; who knows only Alertmanager's fields leaves them out.
      value: alert.value,
      threshold: alert.threshold,
    })),
    groupLabels,
    commonLabels: commonOf(alerts, ({ labels }) => labels),
    commonAnnotations: commonOf(alerts, ({ annotations }) => annotations),
    externalURL: externalUrl,
    version: '4',
    groupKey,
    truncatedAlerts: alerts.length - kept.length,
  };
}

/**
 * The signature of a body at a time: the receiver computes the same of the header `X-Alert-Timestamp`, a dot and the body,
 * compares, and refuses what is older than a few minutes.
 */
export function signature(secret: string, timestampSeconds: number, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestampSeconds}.${body}`).digest('hex')}`;
}

export async function callWebhook(config: WebhookConfig, call: ReceiverCall): Promise<Outcome> {
  const { notification, http, global, signal, nowMs, webhookSecret } = call;
  const body = JSON.stringify(webhookPayload(notification, config.max_alerts));
  const seconds = Math.floor(nowMs / 1_000);
  const headers = {
    ...(notification.isTest && { 'x-alert-test': 'true' }),
    ...(webhookSecret !== undefined && {
      'x-alert-timestamp': String(seconds),
      'x-alert-signature': signature(webhookSecret, seconds, body),
    }),
  };
  const settings = config.http_config ?? global.http_config ?? PLAIN_HTTP;
  return outcomeOf(await http.call({ url: config.url, headers, body, http: settings, signal }), nowMs);
}
