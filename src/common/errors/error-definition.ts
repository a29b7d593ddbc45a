/** What is the same for every occurrence of an error: how it is named, answered and mended. */
export interface ErrorDefinition {
  /** The stable name that clients and logs know the error by, in capitals: `POOL_CLOSED`. */
  readonly code: string;
  /** The HTTP status of an answer with this error, 400 to 599. */
  readonly status: number;
  /** What happened. */
  readonly title: string;
  /** What the reader can do about it. */
  readonly remedy: string;
}

const CODE = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/;

const defined = new Map<string, ErrorDefinition>();

/**
 * Defines an error of this package or of an application. It stands beside the class that uses it, in a file
 * `*.errors.ts`: docs/errors.md is made of those files.
 * @throws TypeError when the definition is wrong, or the code has another meaning already
 */
export function defineError(code: string, facts: Omit<ErrorDefinition, 'code'>): ErrorDefinition {
  const { status, title, remedy } = facts;
  if (!CODE.test(code)) throw new TypeError(`The error code "${code}" is not in capitals, as OUT_OF_STOCK is.`);
  if (!Number.isInteger(status) || status < 400 || status > 599) {
    throw new TypeError(`The error ${code} has the status ${status}; a whole number from 400 to 599 is expected.`);
  }
  if (title === '' || remedy === '') throw new TypeError(`The error ${code} needs a title and a remedy.`);
  const before = defined.get(code);
  if (before === undefined) {
    const definition = Object.freeze({ code, status, title, remedy });
    defined.set(code, definition);
    return definition;
  }
  if (before.status !== status || before.title !== title || before.remedy !== remedy) {
    throw new TypeError(
      `The error code ${code} is defined already, as "${before.title}" with status ${before.status}.`,
    );
  }
  return before;
}

/** Every error defined by the files that this process has loaded, sorted by code. */
export function errorDefinitions(): ErrorDefinition[] {
  return [...defined.values()].toSorted((one, other) => (one.code < other.code ? -1 : 1));
}
