import {
  FLAG,
  listOf,
  oneOf,
  orElse,
  type Read,
  readFields,
  required,
  SECRET,
  SECRET_URL,
  TEXT,
  TEXT_MAP,
  TEXTS,
  URL_TEXT,
  WHOLE,
} from './fields';
import { HTTP_CONFIG, TLS_CONFIG } from './http-client-config';
import type { YamlMap } from './yaml-map';

const RESPONDER_TYPES = /^(?:team|teams|user|escalation|schedule)$/i;

const told = (resolved: boolean) => ({ send_resolved: orElse(FLAG, resolved) });

const WEBHOOK = {
  ...told(true),
  http_config: HTTP_CONFIG,
  url: required(SECRET_URL),
  max_alerts: orElse(WHOLE, 0),
};

const SLACK_FIELD = { title: required(TEXT), value: required(TEXT), short: FLAG };
const SLACK_CONFIRMATION = { text: required(TEXT), title: TEXT, ok_text: TEXT, dismiss_text: TEXT };
const SLACK_ACTION = {
  type: required(TEXT),
  text: required(TEXT),
  url: TEXT,
  style: TEXT,
  name: TEXT,
  value: TEXT,
  confirm: { read: (map: YamlMap, name: string) => optional(map.map(name), SLACK_CONFIRMATION) },
};
const SLACK = {
  ...told(false),
  http_config: HTTP_CONFIG,
  api_url: SECRET_URL,
  api_url_file: TEXT,
  channel: TEXT,
  username: TEXT,
  color: TEXT,
  title: TEXT,
  title_link: TEXT,
  pretext: TEXT,
  text: TEXT,
  fields: listOf((map) => readFields(map, SLACK_FIELD)),
  short_fields: orElse(FLAG, false),
  footer: TEXT,
  fallback: TEXT,
  callback_id: TEXT,
  icon_emoji: TEXT,
  icon_url: TEXT,
  image_url: TEXT,
  thumb_url: TEXT,
  link_names: orElse(FLAG, false),
  mrkdwn_in: TEXTS,
  actions: listOf((map) => {
    const action = readFields(map, SLACK_ACTION);
    if (!action.url && !action.name) throw map.error('name', 'an action needs a name or a url');
    return action;
  }),
};

const EMAIL = {
  ...told(false),
  to: required(TEXT),
  from: TEXT,
  hello: TEXT,
  smarthost: { read: readHostPort },
  auth_username: TEXT,
  auth_password: SECRET,
  auth_password_file: TEXT,
  auth_secret: SECRET,
  auth_identity: TEXT,
  headers: { read: readHeaders },
  html: TEXT,
  text: TEXT,
  require_tls: FLAG,
  tls_config: TLS_CONFIG,
};

const PAGERDUTY = {
  ...told(true),
  http_config: HTTP_CONFIG,
  service_key: SECRET,
  service_key_file: TEXT,
  routing_key: SECRET,
  routing_key_file: TEXT,
  url: URL_TEXT,
  client: TEXT,
  client_url: TEXT,
  description: TEXT,
  details: TEXT_MAP,
  images: listOf((map) => readFields(map, { href: TEXT, src: TEXT, alt: TEXT })),
  links: listOf((map) => readFields(map, { href: TEXT, text: TEXT })),
  severity: TEXT,
  class: TEXT,
  component: TEXT,
  group: TEXT,
};

const OPSGENIE = {
  ...told(true),
  http_config: HTTP_CONFIG,
  api_key: SECRET,
  api_key_file: TEXT,
  api_url: URL_TEXT,
  message: TEXT,
  description: TEXT,
  source: TEXT,
  details: TEXT_MAP,
  entity: TEXT,
  responders: listOf((map) => {
    const responder = readFields(map, { id: TEXT, name: TEXT, username: TEXT, type: TEXT });
    const type = responder.type ?? '';
    if (!responder.id && !responder.name && !responder.username)
      throw map.error('id', 'a responder needs an id, a name or a username');
    if (!type.includes('{{') && !RESPONDER_TYPES.test(type))
      throw map.error('type', `must be team, teams, user, escalation or schedule, not "${type}"`);
    return responder;
  }),
  actions: TEXT,
  tags: TEXT,
  note: TEXT,
  priority: TEXT,
  update_alerts: orElse(FLAG, false),
};

const TELEGRAM = {
  ...told(true),
  http_config: HTTP_CONFIG,
  api_url: URL_TEXT,
  bot_token: required(SECRET),
  chat_id: required(WHOLE),
  message: TEXT,
  disable_notifications: orElse(FLAG, false),
  parse_mode: orElse(oneOf('Markdown', 'MarkdownV2', 'HTML'), 'HTML'),
};

const DISCORD = {
  ...told(true),
  http_config: HTTP_CONFIG,
  webhook_url: required(SECRET_URL),
  title: TEXT,
  message: TEXT,
};

/** In Alertmanager since 0.26; the newer `msteamsv2_configs` (workflows of Power Automate) take the same fields. */
const TEAMS = {
  ...told(true),
  http_config: HTTP_CONFIG,
  webhook_url: required(SECRET_URL),
  title: TEXT,
  summary: TEXT,
  text: TEXT,
};

export type WebhookConfig = Read<typeof WEBHOOK>;
export type SlackConfig = Read<typeof SLACK>;
export type EmailConfig = Read<typeof EMAIL>;
export type PagerDutyConfig = Read<typeof PAGERDUTY>;
export type OpsgenieConfig = Read<typeof OPSGENIE>;
export type TelegramConfig = Read<typeof TELEGRAM>;
export type DiscordConfig = Read<typeof DISCORD>;
export type TeamsConfig = Read<typeof TEAMS>;

/** How each kind of receiver is read from the lists of a receiver, by the name of the list. */
export const RECEIVER_FIELDS = {
  webhook_configs: (map: YamlMap) => ({ kind: 'webhook' as const, config: readFields(map, WEBHOOK) }),
  slack_configs: (map: YamlMap) => {
    const config = readFields(map, SLACK);
    if (config.api_url && config.api_url_file) throw map.error('api_url_file', 'api_url is given as well');
    return { kind: 'slack' as const, config };
  },
  email_configs: (map: YamlMap) => ({ kind: 'email' as const, config: readFields(map, EMAIL) }),
  pagerduty_configs: (map: YamlMap) => {
    const config = readFields(map, PAGERDUTY);
    const { service_key, service_key_file, routing_key, routing_key_file } = config;
    if (!service_key && !service_key_file && !routing_key && !routing_key_file)
      throw map.error('routing_key', 'missing service or routing key');
    if (service_key && service_key_file) throw map.error('service_key_file', 'service_key is given as well');
    if (routing_key && routing_key_file) throw map.error('routing_key_file', 'routing_key is given as well');
    return { kind: 'pagerduty' as const, config };
  },
  opsgenie_configs: (map: YamlMap) => {
    const config = readFields(map, OPSGENIE);
    if (config.api_key && config.api_key_file) throw map.error('api_key_file', 'api_key is given as well');
    return { kind: 'opsgenie' as const, config };
  },
  telegram_configs: (map: YamlMap) => {
    const config = readFields(map, TELEGRAM);
    if (config.chat_id === 0) throw map.error('chat_id', 'is missing');
    return { kind: 'telegram' as const, config };
  },
  discord_configs: (map: YamlMap) => ({ kind: 'discord' as const, config: readFields(map, DISCORD) }),
  msteams_configs: (map: YamlMap) => ({ kind: 'msteams' as const, config: readFields(map, TEAMS) }),
  msteamsv2_configs: (map: YamlMap) => ({ kind: 'msteamsv2' as const, config: readFields(map, TEAMS) }),
};

/** Those of Alertmanager that we cannot call. */
export const UNKNOWN_RECEIVERS = [
  'victorops_configs',
  'pushover_configs',
  'sns_configs',
  'wechat_configs',
  'webex_configs',
  'mattermost_configs',
  'rocketchat_configs',
  'jira_configs',
  'incidentio_configs',
];

function optional<const Table extends Parameters<typeof readFields>[1]>(map: YamlMap | undefined, table: Table) {
  return map === undefined ? undefined : readFields(map, table);
}

/** `host:port`; the host may be left out. */
export function readHostPort(map: YamlMap, name: string): { readonly host: string; readonly port: string } | undefined {
  const text = map.text(name);
  if (text === undefined || text === '') return undefined;
  const found = /^(?:\[([^[\]]*)\]|([^:]*)):([^:]*)$/.exec(text);
  if (found === null) throw map.error(name, `must be host:port, not "${text}"`);
  if (found[3] === '') throw map.error(name, 'the port is missing');
  return { host: found[1] ?? found[2]!, port: found[3]! };
}

/** By their canonical names, as `Reply-To`. */
function readHeaders(map: YamlMap, name: string): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [key, value] of Object.entries(TEXT_MAP.read(map, name))) {
    const canonical = key.toLowerCase().replace(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase());
    if (Object.hasOwn(headers, canonical)) throw map.error(name, `duplicate header "${canonical}"`);
    headers[canonical] = value;
  }
  return headers;
}
