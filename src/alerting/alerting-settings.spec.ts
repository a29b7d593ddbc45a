import { resolveAlertingOptions } from './alerting.module-definition';

const slow = { name: 'mine', rules: [{ alert: 'Slow', expr: 'up == 0', for: '5s', labels: { severity: 'critical' } }] };
const resolve = (given: object) => resolveAlertingOptions(given, { sampleIntervalMs: 5_000 });

describe('the options of AlertingModule', () => {
  it('take groups of rules, files, and thresholds one by one', () => {
    const options = resolve({ rules: [slow], ruleFiles: ['rules/*.yml'], cpuAlerts: { warningRatio: 0.5 } });
    expect(options.rules).toEqual([slow]);
    expect(options.ruleFiles).toEqual(['rules/*.yml']);
    expect(options.cpuAlerts).toEqual({ warningRatio: 0.5, criticalRatio: 0.95, forSeconds: 60 });
    expect(options.intervalMs).toBe(5_000);
  });

  it.each<[given: object, message: string]>([
    [{ rules: slow }, 'rules must be an array of groups, as below `groups:` of a Prometheus rule file, not {'],
    [{ rules: [slow, 'up == 0'] }, 'cannot unmarshal !!str `up == 0` into rule group'],
    [{ rules: [slow, slow] }, 'groupname: "mine" is repeated in the same file'],
    [{ rules: [{ name: 'g', rules: [{ alert: 'A', expr: 'sum(' }] }] }, 'could not parse expression'],
    [{ rules: [{ name: 'g', rules: [{ name: 'A', expr: '1' }] }] }, 'field name not found in type rule'],
    [{ ruleFiles: [''] }, 'ruleFiles must be paths of rule files'],
    [{ externalUrl: 'gateway' }, 'externalUrl must be a URL of http or https'],
    [{ intervalMs: 10 }, 'intervalMs must be'],
    [{ cpuAlerts: { warningRatio: 0.99 } }, 'cpuAlerts.warningRatio must be at most'],
  ])('cannot be %j', (given, message) => expect(() => resolve(given)).toThrow(message));
});
