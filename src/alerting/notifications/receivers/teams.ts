import type { TeamsConfig } from '../config/receiver-fields';
import { plainText, titleOf } from './alert-summary';
import { statusOf } from './notification';
import { type Outcome, outcomeOf, type ReceiverCall } from './receiver-call';

/** Larger ones are refused. */
const MAX_TEXT = 20_000;

/** An incoming webhook of Teams takes a card of its own, a workflow of Power Automate an adaptive card. */
export async function callTeams(config: TeamsConfig, call: ReceiverCall, isWorkflow: boolean): Promise<Outcome> {
  const { notification, texts, global, http, signal, nowMs } = call;
  const firing = statusOf(notification) === 'firing';
  const title = texts.text(config.title, () => titleOf(notification));
  const text = texts.text(config.text, () => plainText(notification)).slice(0, MAX_TEXT);
  const summary = texts.text(config.summary, () => title);
  const card = isWorkflow
    ? adaptiveCard(title, text, firing)
    : {
        '@type': 'MessageCard',
        '@context': 'http://schema.org/extensions',
        title,
        summary,
        // A line ends with two blanks in its Markdown.
        text: text.replaceAll('\n', '  \n'),
        themeColor: firing ? '8C1A1A' : '2DC72D',
      };
  const settings = config.http_config ?? global.http_config;
  const answer = await http.call({ url: config.webhook_url, body: JSON.stringify(card), http: settings, signal });
  return outcomeOf(answer, nowMs);
}

const block = (more: object) => ({ type: 'TextBlock', wrap: true, ...more });

function adaptiveCard(title: string, text: string, firing: boolean): object {
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full' },
    body: [
      block({ text: title, weight: 'Bolder', size: 'Medium', color: firing ? 'Attention' : 'Good' }),
      block({ text: text.replaceAll('\n', '\n\n') }),
    ],
  };
  const contentType = 'application/vnd.microsoft.card.adaptive';
  return { type: 'message', attachments: [{ contentType, content }] };
}
