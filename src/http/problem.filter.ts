import type { ServerResponse } from 'node:http';
import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Logger,
  NotFoundException,
  Optional,
} from '@nestjs/common';
import { SystemClock } from '../common/clock';
import { DomainError } from '../common/errors/domain-error';
import { LineLimit } from '../common/log/line-limit';
import { currentRequest, type RequestContext } from '../common/request-context';
import { allowedMethods, isRouted } from './allowed-methods';
import { HttpContext } from './http-context';
import type { HttpRequest } from './http-request';
import { METHOD_NOT_ALLOWED, ROUTE_UNKNOWN } from './http.errors';
import { type FrameworkResponse, nodeRequest, nodeResponse, takeResponse } from './node-message';
import { type Problem, type ProblemBody, problemBody } from './problem';
import { problemOf } from './problem-of-error';
import { countUnhandled, requestFailed } from './request-failure';
import { pathOf } from './request-path';
import { InvalidRequestError } from './request.errors';
import { problemsOfInputs } from './route-inputs';
import { sendProblem } from './send-problem';
import { UnroutedLimit } from './unrouted-limit';

/**
 * The one place where an error becomes an HTTP answer: problem details (RFC 9457) with a stable code and nothing
 * internal. Global in this service; a host application puts it on our controllers with `@UseFilters`.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');
  private readonly unavailable = new LineLimit(this.logger, new SystemClock());

  constructor(@Optional() private readonly unrouted?: UnroutedLimit) {}

  /** Never rejects: Nest does not wait for it, and a rejection would be nobody's. */
  async catch(thrown: unknown, host: ArgumentsHost): Promise<void> {
    const request = host.switchToHttp().getRequest<HttpRequest>();
    const response = host.switchToHttp().getResponse<FrameworkResponse>();
    const context = currentRequest();
    try {
      await this.answer(thrown, request, takeResponse(response), context);
    } catch (failure) {
      if (context instanceof HttpContext) requestFailed(context, 'filter', failure);
      else {
        this.logger.error(failure);
        nodeResponse(response).destroy();
      }
    }
  }

  private async answer(
    thrown: unknown,
    request: HttpRequest,
    response: ServerResponse,
    context: RequestContext | undefined,
  ): Promise<void> {
    if (isUnexpected(thrown) && context instanceof HttpContext) countUnhandled(context, 'filter', thrown);
    if (response.headersSent) {
      this.logger.error(thrown);
      // Too late for an answer: cutting the connection is the only way to tell that this one is not complete.
      if (!response.writableEnded) response.destroy();
      return;
    }
    const error = (await this.overLimit(request, response)) ?? thrown;
    const problem = (await this.ofRouting(error, request, response)) ?? problemOf(error);
    const body = problemBody(problem, {
      instance: pathOf(nodeRequest(request)),
      requestId: context?.id,
    });
    this.log(error, body, request);
    if (problem.retryAfterSeconds !== undefined) {
      response.setHeader('Retry-After', Math.max(1, Math.ceil(problem.retryAfterSeconds)));
    }
    sendProblem(response, body);
  }

  /** What is thrown before there is a route was seen by no guard. */
  private async overLimit(request: HttpRequest, response: ServerResponse): Promise<unknown> {
    if (this.unrouted === undefined || request.route !== undefined) return undefined;
    try {
      await this.unrouted.count(request, response);
      return undefined;
    } catch (limit) {
      return limit;
    }
  }

  private async ofRouting(
    error: unknown,
    request: HttpRequest,
    response: ServerResponse,
  ): Promise<Problem | undefined> {
    if (error instanceof InvalidRequestError && request.routeInputs) {
      const errors = await problemsOfInputs(request.routeInputs, request);
      return errors.length > error.problems.length ? problemOf(new InvalidRequestError(errors)) : undefined;
    }
    // Nest answers 404 both for an unknown path and for a method that the path does not have.
    if (!(error instanceof NotFoundException) || isRouted(request)) return undefined;
    const methods = allowedMethods(request);
    if (methods.length === 0) return { definition: ROUTE_UNKNOWN };
    response.setHeader('Allow', methods.join(', '));
    return { definition: METHOD_NOT_ALLOWED, detail: `Use ${methods.join(', ')}.` };
  }

  private log(error: unknown, { status, code }: ProblemBody, request: HttpRequest): void {
    // Something known is away or busy: a line a second, since there may be many; the reason has been logged where it is
    // known.
    if (status === 503 && error instanceof DomainError) this.unavailable.warn(code, `503 ${code}: ${error.message}`);
    else if (status >= 500) this.logger.error(error);
    // Not the message: those of parsers quote what the client sent.
    else this.logger.debug(`${status} ${code} for ${request.method} ${pathOf(nodeRequest(request))}`);
  }
}

/** Neither one of ours nor thrown as an answer: a fault. */
const isUnexpected = (error: unknown) => !(error instanceof DomainError) && !(error instanceof HttpException);
