import { DomainError } from '../../common/errors/domain-error';
import { defineError } from '../../common/errors/error-definition';

const IMPORTS_BUSY = defineError('IMPORTS_BUSY', {
  status: 503,
  title: 'Other imports take all the memory that imports may have',
  remedy: 'Try again after the time in Retry-After; send fewer imports at once, or smaller ones.',
});

/** The bodies of other imports take the memory there is for them, and so they did for as long as one may wait. */
export class ImportsBusyError extends DomainError {
  constructor(
    readonly wantedBytes: number,
    readonly maxBytes: number,
    readonly waiting: number,
  ) {
    super(
      IMPORTS_BUSY,
      `An import of up to ${wantedBytes} bytes has to wait: imports may have ${maxBytes} bytes together, and ${waiting} wait.`,
    );
  }
  override get detail(): string {
    return `All imports at a time may have ${this.maxBytes} bytes, unzipped; this one may need ${this.wantedBytes}.`;
  }
  override get retryAfterSeconds(): number {
    return 1;
  }
}
