import type { AlertingOptions } from '../../alerting.module-definition';
import type { RuleGroupInput, RuleInput } from '../rule-group-input';
import { runbookUrl } from '../runbook-url';
import { cacheRules } from './cache-rules';
import { httpRules } from './http-rules';
import { jobRules } from './job-rules';
import { machineRules } from './machine-rules';
import { monitoringRules } from './monitoring-rules';
import { poolRules } from './pool-rules';

/** The rules that everybody gets, in Prometheus's format: `deploy/prometheus/rules.yml` is made of them. */
export function shippedRules(
  options: Pick<AlertingOptions, 'cpuAlerts' | 'intervalMs' | 'externalUrl'>,
): RuleGroupInput[] {
  return [
    { name: 'machine', rules: machineRules(options) },
    { name: 'http', rules: httpRules() },
    { name: 'pools', rules: poolRules() },
    { name: 'cache', rules: cacheRules() },
    { name: 'jobs', rules: jobRules() },
    { name: 'monitoring', rules: monitoringRules() },
  ].map(({ name, rules }) => ({ name, rules: rules.map((rule) => withRunbook(rule, options.externalUrl)) }));
}

const withRunbook = (rule: RuleInput, externalUrl: string | undefined): RuleInput => ({
  ...rule,
  annotations: { ...rule.annotations, runbook_url: runbookUrl(rule.alert!, externalUrl) },
});
