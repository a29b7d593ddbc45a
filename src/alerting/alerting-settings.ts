import { milliseconds, numberBetween, whole } from '../common/settings/kind';
import { setting } from '../common/settings/setting';
import { inPercent } from '../common/settings/variable';
import { ALERT_RULES } from './alert-rules-setting';

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
  /** Rules beyond the shipped ones. */
  rules: setting(ALERT_RULES, { default: [] }),
  /** ms between two evaluations of every rule; by default the sample interval of monitoring. */
  intervalMs: setting(milliseconds(100, 3_600_000), {}),
};
