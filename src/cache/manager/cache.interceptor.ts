import { type CallHandler, type ExecutionContext, Injectable, StreamableFile } from '@nestjs/common';
import type { CacheInterceptor as NestInterceptor } from '@nestjs/cache-manager';
import { map, type Observable } from 'rxjs';
import { cacheManagerPackages, MissingInterceptor } from './cache-manager-packages';
import { storedForm } from './manager-serializer';
import { isDeferred } from '../values/hidden-state';

/** What Express and Fastify have in common. */
interface HttpResponse {
  statusCode: number;
  getHeader(name: string): unknown;
  status(code: number): unknown;
  header(name: string, value: string): unknown;
}

/** A body with what the handler said of it, in a form that every store keeps. */
interface StoredAnswer {
  readonly [ANSWER]: true;
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: unknown;
}

const ANSWER = 'performance-gateway:answer';

const OtherInterceptor = (cacheManagerPackages?.nest.CacheInterceptor ?? MissingInterceptor) as typeof NestInterceptor;

/**
 * The CacheInterceptor of `@nestjs/cache-manager`, whose repeated answers also have the status and the content type that
 * the handler set: a 206 stays a 206. The first answer is what the next ones are, so that an interceptor outside of this
 * one, such as ClassSerializerInterceptor, makes the same of both. Streams are passed on and never stored.
 */
@Injectable()
export class CacheInterceptor extends OtherInterceptor {
  override async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    if (context.getType() !== 'http') return super.intercept(context, next);
    const response: HttpResponse = context.switchToHttp().getResponse();
    const answers = await super.intercept(context, {
      handle: () => next.handle().pipe(map((body: unknown) => withAnswer(response, body))),
    });
    return answers.pipe(map((answer: unknown) => (isStored(answer) ? repeat(response, answer) : answer)));
  }
}

function withAnswer(response: HttpResponse, body: unknown): unknown {
  if (typeof body === 'object' && body !== null && (body instanceof StreamableFile || isDeferred(body))) return body;
  const contentType = response.getHeader('content-type');
  const answer: StoredAnswer = {
    [ANSWER]: true,
    status: response.statusCode,
    contentType: typeof contentType === 'string' ? contentType : undefined,
    body: storedForm(body),
  };
  return answer;
}

function repeat(response: HttpResponse, { status, contentType, body }: StoredAnswer): unknown {
  if (response.statusCode !== status) response.status(status);
  if (contentType !== undefined && response.getHeader('content-type') === undefined) {
    response.header('content-type', contentType);
  }
  return body;
}

function isStored(answer: unknown): answer is StoredAnswer {
  return typeof answer === 'object' && answer !== null && ANSWER in answer;
}
