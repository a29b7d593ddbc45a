import type { PagerDutyConfig } from '../config/receiver-fields';
import { secretOf } from '../delivery/outbound-http';
import { fingerprintOf } from '../matching/label-set';
import { plainText, titleOf } from './alert-summary';
import { firingOf, resolvedOf, statusOf } from './notification';
import { type Outcome, outcomeOf, type ReceiverCall } from './receiver-call';

const V1_URL = 'https://events.pagerduty.com/generic/2010-04-15/create_event.json';
const MAX_SUMMARY = 1_024;
/** The API refuses events above 512 kB. */
const MAX_DETAILS = 200_000;

/** Events API v2 with a routing key, v1 with a service key. */
export async function callPagerDuty(config: PagerDutyConfig, call: ReceiverCall): Promise<Outcome> {
  const { notification, texts, global, http, signal, nowMs } = call;
  const text = (template: string | undefined, fallback = '') => texts.text(template, () => fallback);
  const status = statusOf(notification);
  // The same for the firing and for its end, and the same after a restart.
  const dedupKey = fingerprintOf({ groupKey: notification.groupKey, receiver: notification.receiver });
  const summary = text(config.description, titleOf(notification)).slice(0, MAX_SUMMARY);
  const details: Record<string, string> = {
    firing: plainText({ ...notification, alerts: firingOf(notification) }).slice(0, MAX_DETAILS),
    resolved: plainText({ ...notification, alerts: resolvedOf(notification) }).slice(0, MAX_DETAILS),
    num_firing: String(firingOf(notification).length),
    num_resolved: String(resolvedOf(notification).length),
    ...Object.fromEntries(Object.entries(config.details).map(([name, template]) => [name, text(template)])),
  };
  const client = text(config.client, 'performance-gateway');
  const clientUrl = text(config.client_url, notification.externalUrl);
  const settings = config.http_config ?? global.http_config;
  const routingKey = await secretOf(config.routing_key, config.routing_key_file);
  if (routingKey === undefined) {
    const serviceKey = (await secretOf(config.service_key, config.service_key_file)) ?? '';
    const event = status === 'firing' ? 'trigger' : 'resolve';
    const event_v1 = { service_key: text(serviceKey), event_type: event, incident_key: dedupKey, description: summary };
    const body = JSON.stringify({ ...event_v1, client, client_url: clientUrl, details });
    return outcomeOf(await http.call({ url: config.url ?? V1_URL, body, http: settings, signal }), nowMs);
  }
  const body = JSON.stringify({
    routing_key: text(routingKey),
    dedup_key: dedupKey,
    event_action: status === 'firing' ? 'trigger' : 'resolve',
    client,
    client_url: clientUrl,
    images: config.images.map(({ href, src, alt }) => ({ href: text(href), src: text(src), alt: text(alt) })),
    links: config.links.map((link) => ({ href: text(link.href), text: text(link.text) })),
    payload: {
      summary,
      source: text(undefined, clientUrl || client),
      severity: text(config.severity, severityOf(notification.alerts[0]?.labels.severity)),
      timestamp: new Date(notification.alerts[0]?.startsAt ?? nowMs).toISOString(),
      class: text(config.class),
      component: text(config.component),
      group: text(config.group),
      custom_details: details,
    },
  });
  return outcomeOf(await http.call({ url: config.url ?? global.pagerduty_url, body, http: settings, signal }), nowMs);
}

function severityOf(severity: string | undefined): string {
  return severity !== undefined && ['critical', 'error', 'warning', 'info'].includes(severity) ? severity : 'error';
}
