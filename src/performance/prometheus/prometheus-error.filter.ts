import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { type FrameworkResponse, InvalidRequestError, sendJson, takeResponse } from '../../http';
import { PromqlError } from '../../monitoring/internal';

/** Answers what is wrong with a query in Prometheus's own format; everything else is left to the general filter. */
@Catch(PromqlError, InvalidRequestError)
export class PrometheusErrorFilter implements ExceptionFilter<PromqlError | InvalidRequestError> {
  catch(error: PromqlError | InvalidRequestError, host: ArgumentsHost): void {
    const response = takeResponse(host.switchToHttp().getResponse<FrameworkResponse>());
    if (response.headersSent) {
      // Half an answer must not look like a whole one.
      response.destroy();
      return;
    }
    const known = error instanceof PromqlError;
    const status = known ? statusOf(error) : 400;
    if (error.retryAfterSeconds !== undefined) response.setHeader('Retry-After', error.retryAfterSeconds);
    response.statusCode = status;
    sendJson(response, {
      status: 'error',
      errorType: known ? error.type : 'bad_data',
      error: known ? error.message : error.detail,
    });
  }
}

/** The status Prometheus has for the error's type; the limit on points per series is a wrong parameter there. */
function statusOf(error: PromqlError): number {
  return error.type === 'bad_data' ? 400 : error.definition.status;
}
