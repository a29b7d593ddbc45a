import { type Kind, kindOf } from '../../common/settings/kind';
import type { RuleGroup } from './rule-file';
import { AlertRulesInvalidError } from './rule.errors';
import { parseRuleFile } from './rule-file-parser';

/** A rule as it stands in a Prometheus rule file. */
export interface RuleInput {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string | number;
  /** Durations as in Prometheus: `5m`. */
  readonly for?: string;
  readonly keep_firing_for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A group as it stands below `groups:` in a Prometheus rule file. */
export interface RuleGroupInput {
  readonly name: string;
  readonly interval?: string;
  readonly limit?: number;
  readonly rules: readonly RuleInput[];
}

/** @throws AlertRulesInvalidError with every problem of groups that are none */
export function groupsOf(groups: readonly RuleGroupInput[]): readonly RuleGroup[] {
  // JSON is YAML, too.
  const parsed = parseRuleFile(JSON.stringify({ groups }));
  if (parsed.problems.length > 0) throw new AlertRulesInvalidError(parsed.problems.map(({ message }) => message));
  return parsed.groups;
}

/** Groups of rules as data, as in `groups:` of a Prometheus rule file. */
export const RULE_GROUPS: Kind<readonly RuleGroupInput[]> = {
  refuse: (groups) => {
    if (!Array.isArray(groups)) return { allowed: 'an array of groups, as below `groups:` of a Prometheus rule file' };
    const { problems } = parseRuleFile(JSON.stringify({ groups }));
    if (problems.length === 0) return undefined;
    return { allowed: `groups of rules (${problems.map(({ message }) => message).join('; ')})` };
  },
  read: (text) => text,
};

/** Paths of files, with globs, divided by commas. */
export const RULE_FILES: Kind<readonly string[]> = kindOf(
  'paths of rule files, such as rules/*.yml,/etc/alerts.yml',
  (paths) => Array.isArray(paths) && paths.every((path) => typeof path === 'string' && path !== ''),
  (text) => text.split(',').flatMap((path) => path.trim() || []),
);
