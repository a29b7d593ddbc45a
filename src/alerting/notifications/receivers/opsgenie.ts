import type { OpsgenieConfig } from '../config/receiver-fields';
import { secretOf } from '../delivery/outbound-http';
import { fingerprintOf } from '../matching/label-set';
import { plainText, titleOf } from './alert-summary';
import { commonOf, statusOf } from './notification';
import { type Outcome, outcomeOf, type ReceiverCall } from './receiver-call';

const MAX_MESSAGE = 130;
const MAX_DESCRIPTION = 15_000;

/** Alert API v2: creates an alert, closes it when all is resolved, and changes its texts where that is asked for. */
export async function callOpsgenie(config: OpsgenieConfig, call: ReceiverCall): Promise<Outcome> {
  const { notification, texts, global, http, signal, nowMs } = call;
  const text = (template: string | undefined, fallback = '') => texts.text(template, () => fallback);
  const own = await secretOf(config.api_key, config.api_key_file);
  const key = own ?? (await secretOf(global.opsgenie_api_key, global.opsgenie_api_key_file)) ?? '';
  const base = (config.api_url ?? global.opsgenie_api_url).replace(/\/$/, '');
  const alias = fingerprintOf({ groupKey: notification.groupKey, receiver: notification.receiver });
  const send = async (path: string, body: object, method: 'POST' | 'PUT' = 'POST') =>
    outcomeOf(
      await http.call({
        url: `${base}/v2/alerts${path}`,
        method,
        headers: { authorization: `GenieKey ${key}` },
        body: JSON.stringify(body),
        http: config.http_config ?? global.http_config,
        signal,
      }),
      nowMs,
    );
  const source = text(config.source, notification.externalUrl);
  const of = `/${alias}`;
  if (statusOf(notification) === 'resolved') return send(`${of}/close?identifierType=alias`, { source });
  const message = text(config.message, titleOf(notification)).slice(0, MAX_MESSAGE);
  const description = texts.text(config.description, () => plainText(notification)).slice(0, MAX_DESCRIPTION);
  const created = await send('', {
    alias,
    message,
    description,
    details: {
      ...commonOf(notification.alerts, ({ labels }) => labels),
      ...Object.fromEntries(Object.entries(config.details).map(([name, template]) => [name, text(template)])),
    },
    source,
    responders: config.responders.map(({ id, name, username, type }) => ({
      ...(id && { id: text(id) }),
      ...(name && { name: text(name) }),
      ...(username && { username: text(username) }),
      type: text(type).toLowerCase(),
    })),
    tags: listOf(text(config.tags)),
    actions: listOf(text(config.actions)),
    entity: text(config.entity),
    note: text(config.note),
    priority: text(config.priority) || undefined,
  });
  if (!created.ok || !config.update_alerts) return created;
  const changed = await send(`${of}/message?identifierType=alias`, { message }, 'PUT');
  return changed.ok ? send(`${of}/description?identifierType=alias`, { description }, 'PUT') : changed;
}

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
