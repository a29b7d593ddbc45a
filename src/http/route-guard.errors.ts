import { DomainError } from '../common/errors/domain-error';
import { defineError } from '../common/errors/error-definition';

const ACCESS_CLOSED = defineError('ACCESS_CLOSED', {
  status: 403,
  title: 'These routes are closed to this caller',
  remedy:
    'Give the application a guard for them, PerformanceModule.forRoot({ guards: [YourGuard] }), or say ' +
    "access: 'open' where whoever reaches it may read and change everything.",
});

/** Nobody has said who may call our routes, so only this machine may read; the message says which of the two failed. */
export class AccessClosedError extends DomainError {
  constructor(readonly reason: string) {
    super(ACCESS_CLOSED, reason);
  }
  override get detail(): string {
    return `${this.reason}.`;
  }
}
