import { Inject, Injectable } from '@nestjs/common';
import { ALERTING_OPTIONS, type AlertingOptions } from './alerting.module-definition';
import { RuleTracker } from './rule-tracker';
import { shippedRules } from './shipped-rules';

/** The tracker of each rule: the shipped rules first, then those of the application. */
@Injectable()
export class RuleTrackers {
  readonly all: readonly RuleTracker[];

  /** @throws PromqlBadDataError when the expression of a rule is not PromQL */
  constructor(@Inject(ALERTING_OPTIONS) options: AlertingOptions) {
    this.all = [...shippedRules(options), ...options.rules].map((rule) => new RuleTracker(rule));
  }
}
