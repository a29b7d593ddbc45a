import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { type ApplicationConfig, BaseExceptionFilter, HttpAdapterHost, ModuleRef } from '@nestjs/core';
import { throwError } from 'rxjs';
import { SystemClock } from '../clock';
import { LineLimit } from '../log/line-limit';
import { DomainError } from './domain-error';

/** What of Nest's container is read here; it offers no other way to put a filter behind those of the application. */
interface WithConfig {
  readonly container?: { readonly applicationConfig?: ApplicationConfig };
}

/** What a response of Express and a reply of Fastify have in common. */
interface Answer {
  header(name: string, value: string): unknown;
}

/**
 * Answers and logs an error of ours that a handler of the application threw and no filter of the application took: as
 * Nest does with its own exceptions, with `Retry-After`, and a line a second at most of each code, since a server that
 * is away fails many requests.
 */
@Catch(DomainError)
export class DomainErrorFilter implements ExceptionFilter<DomainError> {
  private readonly lines = new LineLimit(new Logger('Errors'), new SystemClock());
  private nest: BaseExceptionFilter | undefined;

  constructor(
    modules: ModuleRef,
    private readonly adapter: HttpAdapterHost,
  ) {
    // Nest asks the first of them last. APP_FILTER would come before one that the root module provides.
    (modules as unknown as WithConfig).container?.applicationConfig?.getGlobalFilters().unshift(this);
  }

  catch(error: DomainError, host: ArgumentsHost): unknown {
    this.log(error);
    switch (host.getType<string>()) {
      case 'http':
        if (error.retryAfterSeconds !== undefined) {
          const seconds = Math.max(1, Math.ceil(error.retryAfterSeconds));
          host.switchToHttp().getResponse<Answer>().header('Retry-After', String(seconds));
        }
        return (this.nest ??= new BaseExceptionFilter(this.adapter.httpAdapter)).catch(error, host);
      case 'rpc':
        return throwError(() => ({ status: 'error', ...error.getResponse() }));
      case 'ws':
        return host
          .switchToWs()
          .getClient<NodeJS.EventEmitter>()
          .emit('exception', { status: 'error', ...error.getResponse() });
      default:
        // GraphQL takes an error that is returned for one that was thrown.
        return error;
    }
  }

  private log({ code, definition: { status }, message, stack }: DomainError): void {
    if (status < 500) return;
    // 500 is a fault, and where it is says the stack; of the others the reason has been logged where it is known.
    this.lines.warn(code, `${status} ${code}: ${status === 500 ? stack : message}`);
  }
}
