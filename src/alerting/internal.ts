// What the Prometheus API needs besides `index.ts`. Not exported by the package: rules as Prometheus lists them, in terms
// of its API, while another application has `AlertsService`.
export { type ListedAlert, type ListedRule, RuleSource } from './rule-source';
