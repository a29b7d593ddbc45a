/** A job cannot be scheduled: a mistake in the application, which ends its start. */
export class JobSetupError extends Error {
  override readonly name = 'JobSetupError';
}
