import { FLAG, type Kind, kindOf, milliseconds, numberBetween, secretText, TEXT, whole } from '../common/settings/kind';
import { setting } from '../common/settings/setting';
import { inPercent } from '../common/settings/variable';
import { urlProblem, urlsProblem } from '../common/url-problem';
import { RULE_FILES, RULE_GROUPS } from './rules/rule-group-input';

const HTTP_URL: Kind<string> = {
  ...kindOf('a URL of http or https', (url) => typeof url === 'string' && /^https?:/.test(url) && URL.canParse(url)),
  secret: true, // it may hold a password
  emptyIsNone: true,
};
const WEB = secretText((text) => urlProblem(text, ['http', 'https']));
const MAIL_ADDRESSES = kindOf<string>(
  'addresses such as ops@example.org, separated by commas',
  (value) => typeof value === 'string' && value.split(',').every((each) => /^[^\s@]+@[^\s@]+$/.test(each.trim())),
);

/** Every option of `AlertingModule.forRoot`, and the variable from which the service takes it. */
export const ALERTING_SETTINGS = {
  /** Thresholds (0 to 1) of the rules for CPU usage, and for how long the usage has to stay above them. */
  cpuAlerts: {
    warningRatio: setting(numberBetween(0, 1), {
      default: 0.8,
      atMost: 'criticalRatio',
      variable: inPercent('ALERT_CPU_WARNING_PERCENT', 1, 100),
      help: 'CPU above it is a warning',
    }),
    criticalRatio: setting(numberBetween(0, 1), {
      default: 0.95,
      variable: inPercent('ALERT_CPU_CRITICAL_PERCENT', 1, 100),
      help: 'CPU above it is critical',
    }),
    forSeconds: setting(
      { ...whole(0, 86_400), unit: 's' },
      { default: 60, variable: 'ALERT_CPU_FOR_SECONDS', help: 'how long it has to stay there' },
    ),
  },
  /** Who is told of alerts: what a file says, or else each of the targets that are given here. */
  notifications: {
    /** A file in the format of Alertmanager's configuration; read again when it changes. */
    configFile: setting(TEXT, {
      variable: 'ALERTMANAGER_CONFIG',
      help: "who is told of alerts: a file in the format of Alertmanager's configuration, read again when it changes",
      example: './alertmanager.yml',
    }),
    /** Gets every alert as Alertmanager's webhook (version 4). */
    webhookUrl: setting(WEB, {
      variable: 'ALERT_WEBHOOK_URL',
      help: "without such a file: gets every alert as Alertmanager's webhook (version 4)",
      example: 'https://hooks.example.org/alerts',
    }),
    /** Signs what webhooks get, in `X-Alert-Signature`. */
    webhookSecret: setting(
      secretText(() => undefined),
      { variable: 'ALERT_WEBHOOK_SECRET', help: 'signs what webhooks get (HMAC-SHA256, in X-Alert-Signature)' },
    ),
    /** An incoming webhook of Slack. */
    slackUrl: setting(WEB, {
      variable: 'ALERT_SLACK_URL',
      help: 'without such a file: an incoming webhook of Slack that gets every alert',
      example: 'https://hooks.slack.com/services/…',
    }),
    /** Addresses, separated by commas; needs `smtpUrl`. */
    emailTo: setting(MAIL_ADDRESSES, {
      variable: 'ALERT_EMAIL_TO',
      help: 'without such a file: addresses that get every alert, separated by commas; needs SMTP_URL',
      example: 'ops@example.org',
    }),
    /** `smtp://user:password@host:port?from=…`, or `smtps://` for TLS from the start. */
    smtpUrl: setting(
      secretText((text) => urlProblem(text, ['smtp', 'smtps'])),
      {
        variable: 'SMTP_URL',
        help: 'the server that takes e-mail; a password is sent over TLS only; ?from= says the sender',
        example: 'smtp://user:password@mail.example.org:587?from=alerts@example.org',
      },
    ),
    /** Real Alertmanagers that get every alert, separated by `|`. */
    alertmanagerUrls: setting(
      secretText((text) => urlsProblem(text, ['http', 'https'])),
      {
        variable: 'ALERTMANAGER_URL',
        help: 'real Alertmanagers that get every alert, as from a Prometheus, separated by |',
        example: 'http://alertmanager:9093',
      },
    ),
    /** Whether notifications may be sent to addresses of private networks; default true. */
    allowPrivateTargets: setting(FLAG, {
      variable: 'ALERT_ALLOW_PRIVATE_TARGETS',
      help: 'whether notifications may be sent to addresses of private networks; default: true, in production false',
    }),
  },
  /** Groups of rules beyond the shipped ones, in Prometheus's format. */
  rules: setting(RULE_GROUPS, { default: [] }),
  /** Prometheus rule files, with globs; read again when they change. */
  ruleFiles: setting(RULE_FILES, {
    default: [],
    variable: 'ALERT_RULES',
    help: 'Prometheus rule files, with globs and divided by commas; read again when they change',
  }),
  /** Where people reach this service, for the links in alerts. */
  externalUrl: setting(HTTP_URL, {
    variable: 'ALERT_EXTERNAL_URL',
    help: 'where people reach this service, for the links in alerts',
    example: 'https://gateway.example.org',
  }),
  /** ms between two evaluations of every rule whose group does not say it; by default the sample interval of monitoring. */
  intervalMs: setting(milliseconds(100, 3_600_000), {}),
};
