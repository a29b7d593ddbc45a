/** One alert of a rule, as the Prometheus API shows it. */
export interface ListedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
  /** Unix ms. */
  readonly activeAtMs: number;
  /** Since when it fires only because of `keep_firing_for`. */
  readonly keepFiringSinceMs: number | undefined;
  readonly value: number;
}

export interface ListedRule {
  readonly type: 'alerting' | 'recording';
  readonly name: string;
  readonly query: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: 'inactive' | 'pending' | 'firing';
  readonly durationSeconds: number;
  readonly keepFiringForSeconds: number;
  readonly alerts: readonly ListedAlert[];
  readonly health: 'ok' | 'err' | 'unknown';
  readonly lastError: string | undefined;
  readonly evaluationSeconds: number;
  /** Unix ms; undefined before the first evaluation. */
  readonly lastEvaluationMs: number | undefined;
}

export interface ListedRuleGroup {
  readonly name: string;
  readonly file: string;
  /** 0: none. */
  readonly limit: number;
  readonly intervalSeconds: number;
  readonly evaluationSeconds: number;
  readonly lastEvaluationMs: number | undefined;
  readonly rules: readonly ListedRule[];
}

/** The rules and alerts that the Prometheus API lists; the module that evaluates rules provides it. */
export abstract class RuleSource {
  abstract groups(): readonly ListedRuleGroup[];
}
