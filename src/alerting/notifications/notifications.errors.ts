import { DomainError } from '../../common/errors/domain-error';
import { defineError } from '../../common/errors/error-definition';
import { optionName } from '../../common/settings/option-names';

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

const SILENCE_INVALID = defineError('SILENCE_INVALID', {
  status: 400,
  title: 'A silence cannot be made as it was asked for',
  remedy: 'Correct what the detail names.',
});

/** What a silence is asked to be is not possible. */
export class SilenceInvalidError extends DomainError {
  constructor(reason: string) {
    super(SILENCE_INVALID, reason);
  }
  override get detail(): string {
    return this.message;
  }
}

const SILENCE_UNKNOWN = defineError('SILENCE_UNKNOWN', {
  status: 404,
  title: 'There is no such silence, or it has expired',
  remedy: 'See GET /performance/alertmanager/api/v2/silences for those that there are.',
});

/** A silence that is not there. */
export class SilenceUnknownError extends DomainError {
  constructor(id: string) {
    super(SILENCE_UNKNOWN, `there is no silence ${id.slice(0, 100)} that could be changed`);
  }
  override get detail(): string {
    return this.message;
  }
}

const MAINTENANCE_INVALID = defineError('MAINTENANCE_INVALID', {
  status: 422,
  title: 'A maintenance window cannot be made as it was asked for',
  remedy:
    'Correct what the detail names: matchers as severity="warning", time intervals as Alertmanager\'s files have them.',
});

/** A maintenance window says something that cannot be. */
export class MaintenanceInvalidError extends DomainError {
  constructor(reason: string, options?: ErrorOptions) {
    super(MAINTENANCE_INVALID, reason, options);
  }
  override get detail(): string {
    return this.message;
  }
}

const MAINTENANCE_UNKNOWN = defineError('MAINTENANCE_UNKNOWN', {
  status: 404,
  title: 'There is no maintenance window of that name',
  remedy: 'See GET /performance/alerts/maintenance for those that there are.',
});

/** A maintenance window that is not there. */
export class MaintenanceUnknownError extends DomainError {
  constructor(name: string) {
    super(MAINTENANCE_UNKNOWN, `there is no maintenance window "${name.slice(0, 100)}"`);
  }
  override get detail(): string {
    return this.message;
  }
}

const ALERT_TARGET_REFUSED = defineError('ALERT_TARGET_REFUSED', {
  status: 422,
  title: 'A notification may not be sent to this address',
  remedy: `Use an address of the Internet, or allow private ones: ${optionName('AlertingModule', 'notifications.allowPrivateTargets')}.`,
});

/** The address of a receiver is one that nothing may be sent to. */
export class TargetRefusedError extends DomainError {
  constructor(host: string, reason = 'it is in a private network, which is not allowed') {
    super(ALERT_TARGET_REFUSED, `nothing is sent to ${host}: ${reason}`);
  }
  override get detail(): string {
    return this.message;
  }
}

const NODEMAILER_MISSING = defineError('NODEMAILER_MISSING', {
  status: 501,
  title: 'E-mail needs a package that is not installed',
  remedy: 'Install nodemailer: npm install nodemailer',
});

/** A receiver is an e-mail address and `nodemailer` is not installed. */
export class NodemailerMissingError extends DomainError {
  constructor(cause: unknown) {
    super(NODEMAILER_MISSING, 'e-mail needs the package nodemailer: npm install nodemailer', { cause });
  }
  override get detail(): string {
    return this.message;
  }
}
