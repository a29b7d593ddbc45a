import { type Kind, kindOf, numberBetween, oneOf, type Refusal, TEXT } from '../common/settings/kind';
import type { AlertRule } from './alert-rule';

/** What each field of a rule may be; the compiler sees to it that none is forgotten. */
const FIELDS: { readonly [Field in keyof Required<AlertRule>]: Kind<AlertRule[Field]> } = {
  name: TEXT,
  expr: TEXT,
  severity: oneOf('warning', 'critical'),
  forSeconds: numberBetween(0, 86_400),
  summary: kindOf('a text', (value) => typeof value === 'string'),
};

/** Rules as data: an array of objects with all fields of a rule and no others. */
export const ALERT_RULES: Kind<readonly AlertRule[]> = {
  refuse: (rules) => {
    if (!Array.isArray(rules)) return { allowed: 'an array of rules' };
    return rules.map((rule, index) => refuseRule(rule, `[${index}]`)).find((refusal) => refusal !== undefined);
  },
  read: (text) => text,
};

function refuseRule(rule: unknown, at: string): Refusal | undefined {
  if (typeof rule !== 'object' || rule === null) return { allowed: 'a rule', part: { at, value: rule } };
  const names = Object.keys(FIELDS);
  const unknown = Object.keys(rule).find((name) => !names.includes(name));
  if (unknown !== undefined) return { allowed: `a rule of ${names.join(', ')}`, part: { at, value: rule } };
  for (const [name, kind] of Object.entries(FIELDS)) {
    const value: unknown = (rule as Record<string, unknown>)[name];
    const refusal = kind.refuse(value);
    if (refusal !== undefined) return { allowed: refusal.allowed, part: { at: `${at}.${name}`, value } };
  }
  return undefined;
}
