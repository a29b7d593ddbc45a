// What the routes need besides `index.ts`. Not exported by the package: rules as Prometheus lists them, in terms of its
// API, and changes that hold in every copy, while another application has `AlertsService`.
export { RuleGroupChanges } from './rule-group-changes';
export { runRuleTestTexts } from './rules/unit-tests/run-rule-test-texts';
export { AlertRuleGroupUnknownError } from './rules/rule.errors';
export { type ListedAlert, type ListedRule, RuleSource } from './rule-source';
