export interface ErrorCodeEntry {
  /** The HTTP status an answer with this code has. */
  readonly status: number;
  /** What happened, the same for every occurrence. */
  readonly title: string;
  /** What whoever gets the error can do. */
  readonly remedy: string;
}

/** Every stable error code of the service; `docs/errors.md` is generated from it. */
export const ERROR_CODES = {
  INTERNAL: {
    status: 500,
    title: 'Something failed inside the service',
    remedy: 'Look for the request id in the log of the service.',
  },
} as const satisfies Record<string, ErrorCodeEntry>;

export type ErrorCode = keyof typeof ERROR_CODES;
