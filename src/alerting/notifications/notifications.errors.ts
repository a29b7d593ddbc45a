import { DomainError } from '../../common/errors/domain-error';
import { defineError } from '../../common/errors/error-definition';

const ALERTMANAGER_CONFIG_INVALID = defineError('ALERTMANAGER_CONFIG_INVALID', {
  status: 422,
  title: "A configuration in Alertmanager's format is wrong",
  remedy:
    'Correct what the detail names; the configuration that was in use stays so. amtool check-config checks it, too.',
});

/** A configuration file cannot be used; the message has line and reason, and no secret. */
export class AlertmanagerConfigError extends DomainError {
  constructor(
    readonly reason: string,
    /** From 1 on; `undefined` when it is the whole that is wrong. */
    readonly line?: number,
  ) {
    super(ALERTMANAGER_CONFIG_INVALID, line === undefined ? reason : `line ${line}: ${reason}`);
  }
  override get detail(): string {
    return this.message;
  }
}

const ALERT_MATCHER_INVALID = defineError('ALERT_MATCHER_INVALID', {
  status: 400,
  title: 'A matcher of alerts cannot be read',
  remedy: 'Write name="value", with =, !=, =~ or !~.',
});

/** A text is no matcher. */
export class AlertMatcherError extends DomainError {
  constructor(reason: string, options?: ErrorOptions) {
    super(ALERT_MATCHER_INVALID, reason, options);
  }
  override get detail(): string {
    return this.message;
  }
}
