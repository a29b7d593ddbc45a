import { DomainError } from '../../common/errors/domain-error';
import { defineError } from '../../common/errors/error-definition';

const ALERT_RULES_INVALID = defineError('ALERT_RULES_INVALID', {
  status: 400,
  title: 'The rules cannot be taken',
  remedy:
    'See the detail: it names the rule and what is wrong with it. `promtool check rules` says the same of a file.',
});

/** Rules that Prometheus would refuse, too. */
export class AlertRulesInvalidError extends DomainError {
  /** @param problems of the rules, in the order in which they stand */
  constructor(readonly problems: readonly string[]) {
    super(ALERT_RULES_INVALID, problems.join('; '));
  }

  override get detail(): string {
    return this.message;
  }
}

const ALERT_RULE_GROUP_UNKNOWN = defineError('ALERT_RULE_GROUP_UNKNOWN', {
  status: 404,
  title: 'There is no such group of rules',
  remedy: 'GET /performance/alerts/rules lists the groups; only those that were put there can be changed.',
});

/** A group that was not put over HTTP. */
export class AlertRuleGroupUnknownError extends DomainError {
  constructor(readonly group: string) {
    super(ALERT_RULE_GROUP_UNKNOWN, `there is no group "${group}" that was put over HTTP`);
  }

  override get detail(): string {
    return this.message;
  }
}

const ALERT_BACKTEST_TOO_LARGE = defineError('ALERT_BACKTEST_TOO_LARGE', {
  status: 422,
  title: 'The rules cannot be tried over the kept history',
  remedy: 'See the detail. Try fewer rules at once, a longer interval, or expressions that yield fewer series.',
});

/** A backtest that would take too long or hold too much. */
export class AlertBacktestTooLargeError extends DomainError {
  constructor(reason: string) {
    super(ALERT_BACKTEST_TOO_LARGE, reason);
  }

  override get detail(): string {
    return this.message;
  }
}

const ALERT_BACKTEST_RUNNING = defineError('ALERT_BACKTEST_RUNNING', {
  status: 409,
  title: 'Other rules are being tried just now',
  remedy: 'Try again when that is over: it takes a minute at most.',
});

/** One backtest at a time: it takes what the event loop has to spare. */
export class AlertBacktestRunningError extends DomainError {
  constructor() {
    super(ALERT_BACKTEST_RUNNING, 'rules are tried over the kept history one group at a time');
  }
}
