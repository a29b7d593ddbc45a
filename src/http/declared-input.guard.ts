import type { IncomingMessage } from 'node:http';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { HttpRequest } from './http-request';
import type { InputProblem } from './input-problem';
import { mediaTypeOf } from './media-type';
import { nodeRequest } from './node-message';
import { InvalidRequestError, UnsupportedContentTypeError } from './request.errors';
import { type RouteInputs, routeInputsOf } from './route-inputs';
import { MAX_PROBLEMS, MAX_TEXT } from './validation-problems';

/**
 * Refuses what a schema cannot see: query parameters and bodies of routes that declare none, and bodies of another
 * media type (which no parser reads). It costs a look into a map; schemas are not run here. It is the last of the
 * guards: where bodies are left to them, it reads what a request that was let in has brought.
 */
@Injectable()
export class DeclaredInputGuard implements CanActivate {
  private readonly inputs = new WeakMap<object, RouteInputs>();

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = context.switchToHttp().getRequest<HttpRequest>();
    const inputs = this.inputsOf(context);
    request.routeInputs = inputs;
    const sent = nodeRequest(request);
    if (!hasBody(sent)) return refuseUnknown(request, inputs);
    const { takesBody, contentTypes } = inputs;
    if (takesBody && !contentTypes.includes(mediaTypeOf(sent.headers['content-type'])))
      throw new UnsupportedContentTypeError(contentTypes);
    if (!request.bodyReader) return refuseUnknown(request, inputs);
    return request.bodyReader.read(sent).then((body) => {
      request.body = body;
      return refuseUnknown(request, inputs);
    });
  }

  private inputsOf(context: ExecutionContext): RouteInputs {
    const handler = context.getHandler();
    let inputs = this.inputs.get(handler);
    if (!inputs) {
      inputs = routeInputsOf(context);
      this.inputs.set(handler, inputs);
    }
    return inputs;
  }
}

/** Whether bytes follow the headers (RFC 9112, 6.3). */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** @throws InvalidRequestError */
function refuseUnknown(request: HttpRequest, inputs: RouteInputs): true {
  const problems = [...unknownQuery(request, inputs), ...(inputs.takesBody ? [] : unknownBody(request))];
  if (problems.length > 0) throw new InvalidRequestError(problems);
  return true;
}

function unknownQuery(request: HttpRequest, { query: declared }: RouteInputs): InputProblem[] {
  if (declared === 'all') return [];
  const expected = declared.size === 0 ? 'nothing is expected here' : `expected one of ${[...declared].join(', ')}`;
  return Object.keys(request.query)
    .filter((name) => !declared.has(name))
    .slice(0, MAX_PROBLEMS)
    .map((field) => ({ in: 'query', field: field.slice(0, MAX_TEXT), message: `unknown, ${expected}` }));
}

function unknownBody(request: HttpRequest): InputProblem[] {
  const body: unknown = request.body;
  if (typeof body !== 'object' || body === null) return [];
  return Object.keys(body)
    .slice(0, MAX_PROBLEMS)
    .map((field) => ({ in: 'body', field: field.slice(0, MAX_TEXT), message: 'unknown, this route takes no body' }));
}
