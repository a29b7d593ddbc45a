import type { TelegramConfig } from '../config/receiver-fields';
import { escapeHtml } from '../../../common/escape-html';
import { factsOf, titleOf } from './alert-summary';
import type { Notification } from './notification';
import { type Outcome, outcomeOf, type ReceiverCall } from './receiver-call';

const MAX_MESSAGE = 4_096;

export async function callTelegram(config: TelegramConfig, call: ReceiverCall): Promise<Outcome> {
  const { notification, texts, global, http, signal, nowMs } = call;
  const isHtml = config.parse_mode === 'HTML';
  const render = isHtml ? texts.html : texts.text;
  // Ours is the same in each mode: HTML, where nothing of an alert can be taken for markup.
  const message = render.call(texts, config.message, () => htmlText(notification));
  const usesHtml = isHtml || config.message === undefined;
  const body = JSON.stringify({
    chat_id: config.chat_id,
    text: shortened(message, usesHtml),
    ...(usesHtml ? { parse_mode: 'HTML' } : config.parse_mode !== '' && { parse_mode: config.parse_mode }),
    disable_notification: config.disable_notifications,
    link_preview_options: { is_disabled: true },
  });
  const base = (config.api_url ?? global.telegram_api_url).replace(/\/$/, '');
  const url = `${base}/bot${config.bot_token}/sendMessage`;
  const answer = await http.call({ url, body, http: config.http_config ?? global.http_config, signal });
  // It says how long to wait in the body only.
  const wait = /"retry_after"\s*:\s*(\d{1,6})/.exec(answer.text)?.[1];
  return outcomeOf({ ...answer, retryAfter: answer.retryAfter ?? wait }, nowMs);
}

const link = (text: string, url: string | undefined) =>
  url === undefined ? [] : [`<a href="${escapeHtml(url)}">${text}</a>`];

function htmlText(notification: Notification): string {
  const { facts, more } = factsOf(notification);
  const paragraphs = facts.map(({ title, summary, lines, runbook, chart }) =>
    [
      `<b>${escapeHtml(title)}</b>`,
      ...(summary === '' ? [] : [escapeHtml(summary)]),
      ...lines.map(escapeHtml),
      ...link('Runbook', runbook),
      ...link('Chart', chart),
    ].join('\n'),
  );
  return [
    `<b>${escapeHtml(titleOf(notification))}</b>`,
    ...paragraphs,
    ...(more > 0 ? [`… and ${more} more`] : []),
  ].join('\n\n');
}

/** Cut between paragraphs, since half a tag would make it refuse the whole. */
function shortened(message: string, isHtml: boolean): string {
  if (message.length <= MAX_MESSAGE) return message;
  if (!isHtml) return `${message.slice(0, MAX_MESSAGE - 1)}…`;
  const end = message.lastIndexOf('\n\n', MAX_MESSAGE - 2);
  return end > 0
    ? `${message.slice(0, end)}\n…`
    : escapeHtml(message.replaceAll(/<[^<>]*>/g, '')).slice(0, MAX_MESSAGE - 10);
}
