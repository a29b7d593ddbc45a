import { kindOf, type Kind, milliseconds, numberBetween, whole } from '../common/settings/kind';
import { setting } from '../common/settings/setting';
import { inPercent } from '../common/settings/variable';
import { RULE_FILES, RULE_GROUPS } from './rules/rule-group-input';

const HTTP_URL: Kind<string> = {
  ...kindOf('a URL of http or https', (url) => typeof url === 'string' && /^https?:/.test(url) && URL.canParse(url)),
  secret: true, // it may hold a password
  emptyIsNone: true,
};

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
  }),
  /** ms between two evaluations of every rule whose group does not say it; by default the sample interval of monitoring. */
  intervalMs: setting(milliseconds(100, 3_600_000), {}),
};
