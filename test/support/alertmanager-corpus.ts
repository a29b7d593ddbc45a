/** Configurations of our own in Alertmanager's format, right and wrong ones, by what they are about. */
const WITH_ROUTE = (rest: string) => `route: {receiver: a}\nreceivers: [{name: a}]\n${rest}`;
const RECEIVER = (list: string) => `route: {receiver: a}\nreceivers:\n- name: a\n  ${list}\n`;
const ROUTE = (route: string, rest = '') => `route: {${route}}\nreceivers: [{name: a}, {name: b}]\n${rest}`;
const MATCHERS = (matchers: string) => ROUTE(`receiver: a, routes: [{matchers: [${matchers}]}]`);
const INTERVAL = (interval: string) => WITH_ROUTE(`time_intervals: [{name: x, time_intervals: [${interval}]}]`);
const HTTP = (config: string) => RECEIVER(`webhook_configs: [{url: 'http://x', http_config: ${config}}]`);

/** Each with what `amtool check-config` 0.25 says of it; a test asks the real one. */
export const CORPUS: readonly (readonly [config: string, isGood: boolean])[] = [
  ['', false],
  ['{}', false],
  ['receivers: [{name: a}]', false],
  [ROUTE('receiver: c'), false],
  [ROUTE(''), false],
  [ROUTE('receiver: a, match: {a: b}'), false],
  [ROUTE('receiver: a, continue: true'), false],
  [ROUTE('receiver: a, continue: "yes"'), false],
  [ROUTE('receiver: a, continue: no'), true],
  [ROUTE('receiver: a, group_by: [x, x]'), false],
  [ROUTE('receiver: a, group_by: [..., x]'), false],
  [ROUTE('receiver: a, group_by: [1x]'), false],
  [ROUTE('receiver: a, group_interval: 0s'), false],
  [ROUTE('receiver: a, repeat_interval: 0s'), false],
  [ROUTE('receiver: a, group_wait: 0s, repeat_interval: 1s'), true],
  [ROUTE('receiver: a, group_wait: 5'), false],
  [ROUTE('receiver: a, group_wait: ""'), false],
  [ROUTE('receiver: a, group_wait: 1h30m'), true],
  [ROUTE('receiver: a, routes: [{mute_time_intervals: [x]}]'), false],
  [ROUTE('receiver: a, mute_time_intervals: [x]', 'mute_time_intervals: [{name: x, time_intervals: []}]'), false],
  [ROUTE('receiver: a, active_time_intervals: [x]', 'time_intervals: [{name: x, time_intervals: []}]'), false],
  [ROUTE('receiver: a, routes: [{active_time_intervals: [x]}]', 'time_intervals: [{name: x}]'), true],
  [ROUTE('receiver: a, routes: [{match: {1a: b}}]'), false],
  [ROUTE('receiver: a, routes: [{matchers: "a=b"}]'), false],
  ['route: {receiver: a}\nreceivers: [{name: a}, {name: a}]', false],
  ['route: {receiver: a}\nreceivers: [{name: ""}, {name: a}]', false],
  ['route: {receiver: "5"}\nreceivers: [{name: 5}]', true],
  [WITH_ROUTE('receivers: [{name: a}]'), false],
  [WITH_ROUTE('global: {resolve_timeout: 5m, foo: 1}'), false],
  [WITH_ROUTE('global:'), true],
  [WITH_ROUTE('global: {smtp_smarthost: ":25"}'), true],
  [WITH_ROUTE('global: {smtp_smarthost: "h"}'), false],
  [WITH_ROUTE('inhibit_rules: [{}]'), true],
  [WITH_ROUTE('inhibit_rules: [{equal: [1a]}]'), false],
  ...[`'a=b\\'`, `'a="b\\t"'`, `' a = b '`, 'a==b', 'a!=~b', `'a:b=c'`, 'a=', `'a=""'`, `'{a=b'`, `'a=b}'`].map(
    (matcher) => [MATCHERS(matcher), true] as const,
  ),
  ...[`'{a=b},'`, `'a="b,c"'`, 'a=é', `'a="\\\\"'`, `'a=,b=c'`, `'c=~d|e'`, `'f!="g"'`, `'{h!~x, i=j}'`].map(
    (matcher) => [MATCHERS(matcher), true] as const,
  ),
  ...[`'a="b\\'`, `'a="b\\"'`, `'a=b"c'`, `'a="b"c'`, `',a=b'`, `'a=b,c'`, 'é=b', 'a', `'a=~('`].map(
    (matcher) => [MATCHERS(matcher), false] as const,
  ),
  ...[
    '{times: [{start_time: "09:00", end_time: "17:00"}]}',
    '{times: [{start_time: 09:00, end_time: 24:00}]}',
    '{weekdays: ["monday:friday", sunday, "Saturday"]}',
    '{days_of_month: ["1:5", "-3:-1", "-1", "1:-1"]}',
    '{months: ["january:march", "5", "may:august", "1:3"]}',
    '{years: ["2020:2022", "2030"]}',
    '{location: "Europe/Zurich"}',
    '',
  ].map((interval) => [INTERVAL(interval), true] as const),
  ...[
    '{times: [{start_time: "17:00", end_time: "09:00"}]}',
    '{times: [{start_time: "9:00", end_time: "24:00"}]}',
    '{times: [{start_time: "09:00"}]}',
    '{weekdays: ["friday:monday"]}',
    '{weekdays: ["mon"]}',
    '{weekdays: monday}',
    '{days_of_month: ["-1:-3"]}',
    '{days_of_month: ["-5:5"]}',
    '{days_of_month: ["0"]}',
    '{days_of_month: ["32"]}',
    '{months: ["august:may"]}',
    '{years: ["2022:2020"]}',
    '{years: ["x"]}',
    '{location: "Nowhere/X"}',
    '{foo: 1}',
  ].map((interval) => [INTERVAL(interval), false] as const),
  [WITH_ROUTE('time_intervals: [{name: x}]\nmute_time_intervals: [{name: x}]'), false],
  [WITH_ROUTE('time_intervals: [{name: ""}]'), false],
  ...[
    '{bearer_token: x}',
    '{basic_auth: {password: y}}',
    '{tls_config: {ca_file: /nope, insecure_skip_verify: true, server_name: x, cert_file: a, key_file: b}}',
    '{follow_redirects: false, enable_http2: false}',
    '{proxy_connect_header: {a: [b]}, proxy_url: "http://p"}',
    '{proxy_url: p}',
    '{}',
    'null',
  ].map((http) => [HTTP(http), true] as const),
  ...[
    '{bearer_token: x, bearer_token_file: y}',
    '{bearer_token: x, authorization: {credentials: x}}',
    '{basic_auth: {username: x}, authorization: {credentials: x}}',
    '{authorization: {type: Basic, credentials: x}}',
    '{authorization: {credentials: x, credentials_file: y}}',
    '{basic_auth: {username: x, password: y, password_file: z}}',
    '{oauth2: {client_id: a, client_secret: b}}',
    '{proxy_url: "::"}',
    '{foo: 1}',
  ].map((http) => [HTTP(http), false] as const),
  ...[
    'webhook_configs:',
    'webhook_configs: [{url: "http://x", max_alerts: 3, send_resolved: false}]',
    'discord_configs: [{webhook_url: "http://x"}]',
    'email_configs: [{to: a@b, from: x@y, smarthost: "h:25", headers: {Subject: x}, require_tls: false}]',
    'pagerduty_configs: [{service_key: x, routing_key: y}]',
    'pagerduty_configs: [{routing_key_file: y, details: {a: b}, links: [{href: x, text: y}], images: [{src: x}]}]',
    'opsgenie_configs: [{api_key: x, priority: P9, update_alerts: true, entity: x, actions: x}]',
    'telegram_configs: [{bot_token: x, chat_id: -100, parse_mode: ""}]',
    'slack_configs: [{api_url: "http://x", fields: [{title: x, value: y}], actions: [{type: button, text: x, url: y}]}]',
  ].map((list) => [RECEIVER(list), true] as const),
  ...[
    'webhook_configs: [{url: "ftp://x"}]',
    'webhook_configs: [{}]',
    'discord_configs: [{}]',
    'email_configs: [{to: a@b}]',
    'email_configs: [{to: a@b, from: x@y, smarthost: "h:25", headers: {Subject: x, subject: y}}]',
    'pagerduty_configs: [{}]',
    'opsgenie_configs: [{api_key: x, responders: [{type: foo, name: x}]}]',
    'opsgenie_configs: [{api_key: x, responders: [{type: team}]}]',
    'telegram_configs: [{bot_token: x, chat_id: 0}]',
    'telegram_configs: [{bot_token: x, chat_id: 5, parse_mode: foo}]',
    'slack_configs: [{api_url: "http://x", actions: [{type: button}]}]',
    'slack_configs: [{api_url: "http://x", fields: [{title: x}]}]',
  ].map((list) => [RECEIVER(list), false] as const),
];

/** A tree with everything that routing knows: nesting, `continue`, the four operators, old and new matchers. */
export const ROUTED = `
route:
  receiver: root
  group_by: [alertname]
  routes:
    - match: {team: db}
      receiver: db
      group_by: [alertname, cluster]
      routes:
        - match_re: {severity: critical|page}
          receiver: db-pager
          continue: true
        - matchers: [cluster!="", cluster!~"test.*"]
          receiver: db-prod
    - matchers: ['team=~"web|shop"']
      continue: true
      receiver: web
      routes:
        - matchers: ['{severity="critical", cluster=""}']
    - matchers: [severity="critical"]
      receiver: pager
      continue: true
    - matchers: [severity=critical, owner!=""]
      receiver: owners
    - matchers: ['alertname=~"Disk.*"', 'team!~"db|web"']
      group_by: ['...']
receivers: [{name: root}, {name: db}, {name: db-pager}, {name: db-prod}, {name: web}, {name: pager}, {name: owners}]
`;
