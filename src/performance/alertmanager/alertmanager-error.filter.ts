import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { AlertMatcherError, SilenceInvalidError, SilenceUnknownError } from '../../alerting/internal';
import { type FrameworkResponse, InvalidRequestError, sendJson, takeResponse } from '../../http';

type Known = AlertMatcherError | SilenceInvalidError | SilenceUnknownError | InvalidRequestError;

/** Answers what is wrong as Alertmanager does, with a text as JSON; everything else is left to the general filter. */
@Catch(AlertMatcherError, SilenceInvalidError, SilenceUnknownError, InvalidRequestError)
export class AlertmanagerErrorFilter implements ExceptionFilter<Known> {
  catch(error: Known, host: ArgumentsHost): void {
    const response = takeResponse(host.switchToHttp().getResponse<FrameworkResponse>());
    response.statusCode = error instanceof SilenceUnknownError ? 404 : 400;
    sendJson(response, error.detail);
  }
}
