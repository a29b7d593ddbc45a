import { type AlertingModuleOptions, resolveAlertingOptions } from './alerting.module-definition';

const RULE = { name: 'Slow', expr: 'up == 0', severity: 'critical', forSeconds: 5, summary: 'It is slow.' };
const resolve = (given: unknown) => resolveAlertingOptions(given as AlertingModuleOptions, { sampleIntervalMs: 7_000 });

describe('the options of AlertingModule', () => {
  it('take rules, and thresholds one by one', () => {
    const { rules, cpuAlerts, intervalMs } = resolve({ rules: [RULE], cpuAlerts: { warningRatio: 0.5 } });
    expect(rules).toEqual([RULE]);
    expect(cpuAlerts).toEqual({ warningRatio: 0.5, criticalRatio: 0.95, forSeconds: 60 });
    expect(intervalMs).toBe(7_000);
  });

  it.each<[unknown, string]>([
    [{ intervalMs: 0 }, 'intervalMs must be a whole number from 100 to 3600000, not 0'],
    [{ cpuAlerts: { warningRatio: 80 } }, 'cpuAlerts.warningRatio must be a number between 0 and 1, not 80'],
    [
      { cpuAlerts: { criticalRatio: 0.7 } },
      'cpuAlerts.warningRatio must be at most cpuAlerts.criticalRatio, 0.7, not 0.8',
    ],
    [{ cpuAlerts: { forSeconds: -1 } }, 'cpuAlerts.forSeconds must be a whole number from 0 to 86400, not -1'],
    [{ rules: RULE }, 'rules must be an array of rules, not {'],
    [{ rules: [RULE, 'up == 0'] }, "rules[1] must be a rule, not 'up == 0'"],
    [{ rules: [{ ...RULE, severity: 'bad' }] }, "rules[0].severity must be one of warning, critical, not 'bad'"],
    [
      { rules: [{ ...RULE, forSeconds: undefined }] },
      'rules[0].forSeconds must be a number between 0 and 86400, not undefined',
    ],
    [
      { rules: [{ ...RULE, for: '5m' }] },
      'rules[0] must be a rule of name, expr, severity, forSeconds, summary, not {',
    ],
  ])('cannot be %j', (given, problem) => {
    expect(() => resolve(given)).toThrow(`AlertingModule.forRoot(): ${problem}`);
  });
});
