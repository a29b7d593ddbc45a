export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'verbose'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** One line of the log, before it is written as JSON or as text. */
export interface LogLine {
  readonly time: string;
  readonly level: LogLevel;
  readonly context?: string;
  readonly requestId?: string;
  /** The trace of the caller, where there is one; in JSON only. */
  readonly traceId?: string;
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

/** For people: one line, and the stacks below it, which only the service itself can begin a line of. */
export function asText({ time, level, context, requestId, message, error }: LogLine): string {
  const origin = `${context === undefined ? '' : ` [${context}]`}${requestId === undefined ? '' : ` (${requestId})`}`;
  return `${oneLine(`${time} ${level.toUpperCase().padEnd(7)}${origin} ${message}`)}${stacksOf(error)}`;
}

function stacksOf(error: LoggedError | undefined): string {
  if (error === undefined) return '';
  const own = linesOf(error).map((line) => `\n${oneLine(line)}`);
  return error.cause === undefined ? own.join('') : `${own.join('')}\ncaused by:${stacksOf(error.cause)}`;
}

/** What happened, as one line whatever the message holds, and below it the lines that say where. */
function linesOf({ stack, name, message }: LoggedError): string[] {
  if (stack === undefined) return [`${name}: ${message}`];
  const lines = stack.split('\n');
  let frames = lines.length;
  while (frames > 1 && /^ +at /.test(lines[frames - 1]!)) frames--;
  return [lines.slice(0, frames).join('\n'), ...lines.slice(frames)];
}

/**
 * Control characters would let a client's text begin a line of its own, move the cursor or forge colours on a terminal;
 * those that turn the direction of writing would make it read otherwise than it is.
 */
// eslint-disable-next-line no-control-regex
const HARMFUL = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

function oneLine(text: string): string {
  return text.replaceAll(HARMFUL, (character) => {
    if (character === '\n') return String.raw`\n`;
    const code = character.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, '0')}`;
  });
}
