import type { DiscordConfig } from '../config/receiver-fields';
import { plainText, titleOf } from './alert-summary';
import { statusOf } from './notification';
import { type Outcome, outcomeOf, type ReceiverCall } from './receiver-call';

const MAX_TITLE = 256;
const MAX_DESCRIPTION = 2_048;
const RED = 0x99_2d_22;
const GREEN = 0x2e_cc_71;

export async function callDiscord(config: DiscordConfig, call: ReceiverCall): Promise<Outcome> {
  const { notification, texts, global, http, signal, nowMs } = call;
  const embed = {
    title: texts.text(config.title, () => titleOf(notification)).slice(0, MAX_TITLE),
    description: texts.text(config.message, () => plainText(notification)).slice(0, MAX_DESCRIPTION),
    color: statusOf(notification) === 'firing' ? RED : GREEN,
  };
  // Nobody is called by what a label says.
  const body = JSON.stringify({ embeds: [embed], allowed_mentions: { parse: [] } });
  const settings = config.http_config ?? global.http_config;
  return outcomeOf(await http.call({ url: config.webhook_url, body, http: settings, signal }), nowMs);
}
