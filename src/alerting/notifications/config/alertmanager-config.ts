import {
  DURATION,
  FLAG,
  orElse,
  type Read,
  readFields,
  refuseBoth,
  SECRET,
  SECRET_URL,
  TEXT,
  URL_TEXT,
} from './fields';
import { AlertmanagerConfigError } from '../notifications.errors';
import { HTTP_CONFIG, type HttpClientConfig, PLAIN_HTTP } from './http-client-config';
import { readHostPort, RECEIVER_FIELDS, UNKNOWN_RECEIVERS } from './receiver-fields';
import { type InhibitRule, readInhibitRule, readRootRoute, type RouteConfig } from './route-config';
import { readTimeInterval, type TimeInterval } from './time-interval';
import { YamlMap } from './yaml-map';

const RESOLVE_TIMEOUT_MS = 300_000;

const GLOBAL = {
  resolve_timeout: orElse(DURATION, RESOLVE_TIMEOUT_MS),
  http_config: HTTP_CONFIG,
  smtp_from: TEXT,
  smtp_hello: orElse(TEXT, 'localhost'),
  smtp_smarthost: { read: readHostPort },
  smtp_auth_username: TEXT,
  smtp_auth_password: SECRET,
  smtp_auth_password_file: TEXT,
  smtp_auth_secret: SECRET,
  smtp_auth_identity: TEXT,
  smtp_require_tls: orElse(FLAG, true),
  slack_api_url: SECRET_URL,
  slack_api_url_file: TEXT,
  pagerduty_url: orElse(URL_TEXT, 'https://events.pagerduty.com/v2/enqueue'),
  opsgenie_api_url: orElse(URL_TEXT, 'https://api.opsgenie.com/'),
  opsgenie_api_key: SECRET,
  opsgenie_api_key_file: TEXT,
  telegram_api_url: orElse(URL_TEXT, 'https://api.telegram.org'),
  // Of receivers that we do not have; a configuration that does not use them may still set them.
  wechat_api_url: URL_TEXT,
  wechat_api_secret: SECRET,
  wechat_api_corp_id: TEXT,
  victorops_api_url: URL_TEXT,
  victorops_api_key: SECRET,
  victorops_api_key_file: TEXT,
  webex_api_url: URL_TEXT,
};

/** Where an e-mail is handed in, with what it needs; `undefined` is what nobody said. */
export type GlobalConfig = Omit<Read<typeof GLOBAL>, 'http_config'> & { readonly http_config: HttpClientConfig };

export type Integration = ReturnType<(typeof RECEIVER_FIELDS)[keyof typeof RECEIVER_FIELDS]>;

export interface ReceiverConfig {
  readonly name: string;
  readonly integrations: readonly Integration[];
}

/** A configuration of Alertmanager, checked as `amtool check-config` does. */
export interface AlertmanagerConfig {
  readonly global: GlobalConfig;
  readonly route: RouteConfig;
  readonly receivers: readonly ReceiverConfig[];
  readonly inhibitRules: readonly InhibitRule[];
  readonly timeIntervals: ReadonlyMap<string, readonly TimeInterval[]>;
  /** Names of files with templates, as they are written: `*` is allowed in them. */
  readonly templates: readonly string[];
  /** What no log may show. */
  readonly secrets: readonly string[];
  /** The text, with `<secret>` in their places. */
  readonly shown: string;
}

/** @throws AlertmanagerConfigError with the line and the reason */
export function parseAlertmanagerConfig(text: string): AlertmanagerConfig {
  const { root, secrets, withoutSecrets } = YamlMap.parse(text);
  const global = readGlobal(root);
  const receivers = (root.maps('receivers') ?? []).map((map) => readReceiver(map, global));
  refuseTwice(
    receivers.map(({ name }) => name),
    (name) => root.error('receivers', `"${name}" is not unique`),
  );
  const timeIntervals = readTimeIntervals(root);
  const route = root.map('route');
  if (route === undefined) throw new AlertmanagerConfigError('no route is given', 1);
  const config = {
    global,
    receivers,
    timeIntervals,
    route: readRootRoute(route, {
      receivers: new Set(receivers.map(({ name }) => name)),
      timeIntervals: new Set(timeIntervals.keys()),
    }),
    inhibitRules: (root.maps('inhibit_rules') ?? []).map(readInhibitRule),
    templates: root.texts('templates') ?? [],
  };
  root.done();
  return { ...config, secrets: secrets(), shown: withoutSecrets() };
}

function readGlobal(root: YamlMap): GlobalConfig {
  const map = root.map('global') ?? YamlMap.parse('{}').root;
  refuseBoth(map, 'slack_api_url', 'slack_api_url_file');
  refuseBoth(map, 'opsgenie_api_key', 'opsgenie_api_key_file');
  refuseBoth(map, 'victorops_api_key', 'victorops_api_key_file');
  refuseBoth(map, 'smtp_auth_password', 'smtp_auth_password_file');
  const { http_config = PLAIN_HTTP, ...global } = readFields(map, GLOBAL);
  return { ...global, http_config };
}

function readReceiver(map: YamlMap, global: GlobalConfig): ReceiverConfig {
  const name = map.text('name') ?? '';
  if (name === '') throw map.error('name', 'is missing');
  const unknown = UNKNOWN_RECEIVERS.find((list) => map.has(list));
  if (unknown !== undefined) {
    const known = Object.keys(RECEIVER_FIELDS).join(', ');
    throw map.error(unknown, `receiver "${name}" needs what is not supported here; there are ${known}`);
  }
  const integrations = Object.entries(RECEIVER_FIELDS).flatMap(([list, read]) =>
    (map.maps(list) ?? []).map((each) => {
      const integration = read(each);
      refuseWithoutGlobal(each, integration, global);
      return integration;
    }),
  );
  map.done();
  return { name, integrations };
}

/** What an integration leaves to the global part has to be there. */
function refuseWithoutGlobal(map: YamlMap, { kind, config }: Integration, global: GlobalConfig): void {
  if (kind === 'slack' && !config.api_url && !config.api_url_file) {
    if (!global.slack_api_url && !global.slack_api_url_file)
      throw map.error('api_url', 'is missing, and there is no global slack_api_url');
  }
  if (kind === 'opsgenie' && !config.api_key && !config.api_key_file) {
    if (!global.opsgenie_api_key && !global.opsgenie_api_key_file)
      throw map.error('api_key', 'is missing, and there is no global opsgenie_api_key');
  }
  if (kind === 'email') {
    if (!config.smarthost && !global.smtp_smarthost)
      throw map.error('smarthost', 'is missing, and there is no global smtp_smarthost');
    if (!config.from && !global.smtp_from) throw map.error('from', 'is missing, and there is no global smtp_from');
  }
}

function readTimeIntervals(root: YamlMap): Map<string, readonly TimeInterval[]> {
  const named = ['mute_time_intervals', 'time_intervals'].flatMap((list) =>
    (root.maps(list) ?? []).map((map) => {
      const name = map.text('name') ?? '';
      if (name === '') throw map.error('name', 'is missing');
      const intervals = (map.maps('time_intervals') ?? []).map(readTimeInterval);
      map.done();
      return [name, intervals] as const;
    }),
  );
  refuseTwice(
    named.map(([name]) => name),
    (name) => root.error('time_intervals', `"${name}" is not unique`),
  );
  return new Map(named);
}

function refuseTwice(names: readonly string[], error: (name: string) => Error): void {
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw error(twice);
}
