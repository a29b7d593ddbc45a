import { inspect } from 'node:util';
import type { LoggerService } from '@nestjs/common';
import { currentRequest } from '../request-context';
import { asText, LOG_LEVELS, type LoggedError, loggedError, type LogLevel, type LogLine } from './log-line';
import { SecretRedactor } from './secret-redactor';

export interface ServiceLoggerOptions {
  /** The least severe level that is written. */
  readonly level: LogLevel;
  /** JSON lines for machines, otherwise text for people. */
  readonly json: boolean;
  readonly redactor?: SecretRedactor;
  /** Where a finished line goes; standard output by default. */
  readonly write?: (line: string) => void;
}

/** Nest's own account of wiring modules and routes: a hundred lines at every start that only its developers miss. */
const WIRING = new Set(['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestApplication']);

const MAX_LINE_LENGTH = 32_768;

/** The log of the whole service: one line per event, with the id of the request it belongs to and without secrets. */
export class ServiceLogger implements LoggerService {
  private readonly least: number;
  private readonly redactor: SecretRedactor;
  private readonly write: (line: string) => void;

  constructor(private readonly options: ServiceLoggerOptions) {
    this.least = LOG_LEVELS.indexOf(options.level);
    this.redactor = options.redactor ?? new SecretRedactor();
    this.write = options.write ?? ((line) => process.stdout.write(line));
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.emit('fatal', message, rest);
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.emit('error', message, rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.emit('warn', message, rest);
  }
  log(message: unknown, ...rest: unknown[]): void {
    this.emit(WIRING.has(String(rest.at(-1))) ? 'debug' : 'info', message, rest);
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.emit('debug', message, rest);
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.emit('verbose', message, rest);
  }

  /** Nest's convention: the last of `rest` is the context, a string before it a stack, an Error the cause. */
  private emit(level: LogLevel, message: unknown, rest: readonly unknown[]): void {
    if (LOG_LEVELS.indexOf(level) > this.least) return;
    const details = rest.filter((part) => part !== undefined);
    const context = typeof details.at(-1) === 'string' ? (details.pop() as string) : undefined;
    const error = errorIn([message, ...details]);
    const extra = details.filter((part) => !(part instanceof Error) && part !== error?.stack);
    this.writeLine({
      time: new Date().toISOString(),
      level,
      ...(context === undefined ? {} : { context }),
      ...requestFields(),
      message: [message, ...extra].map(textOf).join(' '),
      ...(error === undefined ? {} : { error }),
    });
  }

  private writeLine(line: LogLine): void {
    // Before it is written out: escaping a megabyte that a client sent takes a second.
    const short = lengthOf(line) > MAX_LINE_LENGTH ? shortened(line) : line;
    const text = this.written(short);
    this.write(`${this.redactor.redact(text.length > MAX_LINE_LENGTH ? this.written(shortened(short)) : text)}\n`);
  }

  private written(line: LogLine): string {
    return this.options.json ? JSON.stringify(line) : asText(line);
  }
}

/** What says to which request a line belongs. */
function requestFields(): Pick<LogLine, 'requestId' | 'traceId'> {
  const request = currentRequest();
  if (request === undefined) return {};
  return request.trace === undefined
    ? { requestId: request.id }
    : { requestId: request.id, traceId: request.trace.traceId };
}

function errorIn(parts: readonly unknown[]): LoggedError | undefined {
  const error = parts.find((part) => part instanceof Error);
  if (error) return loggedError(error);
  const stack = parts.slice(1).find((part) => typeof part === 'string' && /\n[ \t]+at /.test(part));
  return stack === undefined ? undefined : { name: 'Error', message: textOf(parts[0]), stack: stack as string };
}

function textOf(part: unknown): string {
  if (typeof part === 'string') return part;
  if (part instanceof Error) return part.message;
  return typeof part === 'function' ? part.name : inspect(part, { depth: 4, breakLength: Infinity, compact: true });
}

/** About how long a line will be, before anything in it is escaped. */
function lengthOf({ message, error }: LogLine): number {
  let length = message.length;
  for (let each = error; each !== undefined; each = each.cause) {
    length += each.message.length + (each.stack?.length ?? 0);
  }
  return length;
}

/** A line stays valid JSON when it is cut: its parts are cut, not the line. */
function shortened({ error, message, ...rest }: LogLine): LogLine {
  return {
    ...rest,
    message: `${message.slice(0, MAX_LINE_LENGTH / 8)}…`,
    ...(error === undefined
      ? {}
      : { error: { name: error.name, message: error.message.slice(0, 1_024), stack: error.stack?.slice(0, 4_096) } }),
  };
}
