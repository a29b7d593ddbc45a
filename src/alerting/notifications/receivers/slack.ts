import type { SlackConfig } from '../config/receiver-fields';
import { secretOf } from '../delivery/outbound-http';
import { plainText, titleOf } from './alert-summary';
import { statusOf } from './notification';
import { type Outcome, outcomeOf, type ReceiverCall } from './receiver-call';

/** Slack cuts longer ones itself, in the middle of a character. */
const MAX_TITLE = 1_024;
const MAX_TEXT = 3_000;

export async function callSlack(config: SlackConfig, call: ReceiverCall): Promise<Outcome> {
  const { notification, texts, global, http, signal, nowMs } = call;
  const text = (template: string | undefined, fallback = '') => texts.text(template, () => fallback);
  const color = statusOf(notification) === 'firing' ? 'danger' : 'good';
  const title = text(config.title, titleOf(notification)).slice(0, MAX_TITLE);
  const attachment = {
    title,
    title_link: text(config.title_link, notification.externalUrl),
    pretext: text(config.pretext),
    text: texts.text(config.text, () => forSlack(plainText(notification))).slice(0, MAX_TEXT),
    fallback: text(config.fallback, title),
    callback_id: text(config.callback_id),
    footer: text(config.footer),
    image_url: text(config.image_url),
    thumb_url: text(config.thumb_url),
    color: text(config.color, color),
    mrkdwn_in: config.mrkdwn_in.length > 0 ? config.mrkdwn_in : ['fallback', 'pretext', 'text'],
    fields: config.fields.map((field) => ({
      title: text(field.title),
      value: text(field.value),
      short: field.short ?? config.short_fields,
    })),
    actions: config.actions.map(({ confirm, ...action }) => ({
      ...mapTexts(action, text),
      ...(confirm !== undefined && { confirm: mapTexts(confirm, text) }),
    })),
  };
  const body = JSON.stringify({
    channel: text(config.channel) || undefined,
    username: text(config.username) || undefined,
    icon_emoji: text(config.icon_emoji) || undefined,
    icon_url: text(config.icon_url) || undefined,
    link_names: config.link_names || undefined,
    attachments: [attachment],
  });
  const own = await secretOf(config.api_url, config.api_url_file);
  const url = own ?? (await secretOf(global.slack_api_url, global.slack_api_url_file)) ?? '';
  const answer = await http.call({ url, body, http: config.http_config ?? global.http_config, signal });
  return refusedWithin(answer.text)
    ? { ok: false, retry: false, text: answer.text.slice(0, 300) }
    : outcomeOf(answer, nowMs);
}

/** The Web API says 200 also to what it refuses. */
function refusedWithin(text: string): boolean {
  return /^\{\s*"ok"\s*:\s*false\b/.test(text);
}

const forSlack = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function mapTexts(texts: Readonly<Record<string, string | undefined>>, text: (template: string) => string) {
  return Object.fromEntries(
    Object.entries(texts).flatMap(([name, template]) => (template === undefined ? [] : [[name, text(template)]])),
  );
}
