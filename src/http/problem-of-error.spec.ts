import {
  BadRequestException,
  HttpException,
  InternalServerErrorException,
  ServiceUnavailableException,
} from '@nestjs/common';
import { DomainError } from '../common/errors/domain-error';
import { INTERNAL, REQUEST_REFUSED, UNAVAILABLE } from './http.errors';
import { problemOf } from './problem-of-error';
import { problemBody } from './problem';

class BusyError extends DomainError {
  constructor() {
    super(UNAVAILABLE, 'SELECT 1 on 10.0.0.1 failed in /srv/app');
  }
  override get detail() {
    return 'Busy.';
  }
  override get retryAfterSeconds() {
    return 0.2;
  }
}

const bodyParserError = (type: string, extra: object = {}) =>
  new HttpException('quotes "the body"', 400, {
    cause: Object.assign(new Error('quotes "the body"'), { type, status: 400, expose: true, ...extra }),
  });

describe('problemOf', () => {
  it('takes from an error of ours what is meant for clients, never its message', () => {
    const problem = problemOf(new BusyError());
    expect(problem).toEqual({ definition: UNAVAILABLE, detail: 'Busy.', retryAfterSeconds: 0.2 });
    expect(problemBody(problem)).toMatchObject({ type: 'about:blank', status: 503, detail: 'Busy.' });
  });

  it.each([
    new Error('connect ECONNREFUSED 10.0.0.1:5432'),
    new InternalServerErrorException('SELECT secret'),
    'a string',
    undefined,
    null,
    { message: 'x', statusCode: 400 },
  ])('tells nothing of %p', (error) => {
    const body = JSON.stringify(problemBody(problemOf(error)));
    expect(body).toBe(JSON.stringify(problemBody({ definition: INTERNAL, status: 500 })));
  });

  it('keeps status and message of a client error that the code threw on purpose', () => {
    expect(problemOf(new BadRequestException('no such day'))).toMatchObject({ status: 400, detail: 'no such day' });
    expect(problemOf(new HttpException('gone', 410))).toEqual({
      definition: REQUEST_REFUSED,
      status: 410,
      detail: 'gone',
    });
    expect(problemOf(new ServiceUnavailableException('db at 10.0.0.1'))).toEqual({ definition: UNAVAILABLE });
  });

  it.each([
    ['entity.parse.failed', 'BODY_MALFORMED'],
    ['entity.too.large', 'BODY_TOO_LARGE'],
    ['parameters.too.many', 'BODY_TOO_LARGE'],
    ['charset.unsupported', 'CONTENT_TYPE_UNSUPPORTED'],
    ['encoding.unsupported', 'CONTENT_TYPE_UNSUPPORTED'],
    ['request.size.invalid', 'BODY_MALFORMED'],
    ['whatever.comes.next', 'BODY_MALFORMED'],
  ])('knows the body parser’s %s as %s without quoting the body', (type, code) => {
    const problem = problemOf(bodyParserError(type, { limit: 10 }));
    expect(problem.definition.code).toBe(code);
    expect(problem.detail ?? '').not.toContain('the body"');
  });

  it('names the limit that a body exceeded', () => {
    expect(problemOf(bodyParserError('entity.too.large', { limit: 10 })).detail).toBe('At most 10 bytes are taken.');
  });
});
