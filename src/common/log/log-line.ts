export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'verbose'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** One line of the log, before it is written as JSON or as text. */
export interface LogLine {
  readonly time: string;
  readonly level: LogLevel;
  readonly context?: string;
  readonly requestId?: string;
  readonly message: string;
  readonly error?: LoggedError;
}

export interface LoggedError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: LoggedError;
}

const MAX_CAUSES = 5;

/** What is worth keeping of an error and of what caused it. */
export function loggedError(error: Error, depth = 0): LoggedError {
  const { name, message, stack, cause } = error;
  return {
    name,
    message,
    ...('code' in error && typeof error.code === 'string' ? { code: error.code } : {}),
    ...(stack === undefined ? {} : { stack }),
    ...(cause instanceof Error && depth < MAX_CAUSES ? { cause: loggedError(cause, depth + 1) } : {}),
  };
}

/** For people: one line, and the stacks below it. */
export function asText({ time, level, context, requestId, message, error }: LogLine): string {
  const origin = `${context === undefined ? '' : ` [${context}]`}${requestId === undefined ? '' : ` (${requestId})`}`;
  return printable(`${time} ${level.toUpperCase().padEnd(7)}${origin} ${message}${stacksOf(error)}`);
}

function stacksOf(error: LoggedError | undefined): string {
  if (error === undefined) return '';
  const own = `\n${error.stack ?? `${error.name}: ${error.message}`}`;
  return error.cause === undefined ? own : `${own}\ncaused by:${stacksOf(error.cause)}`;
}

/** Control characters would let a client's text move the cursor or forge colours on a terminal. */
function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}
