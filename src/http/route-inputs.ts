import type { ArgumentMetadata, ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { InputPlace, InputProblem } from './input-problem';
import { inputProblems } from './validation-problems';

type Schema = NonNullable<ArgumentMetadata['schema']>;

/** What one handler declares to take from a request. */
export interface RouteInputs {
  /** The schema of the whole body, query or path parameters, where one is declared. */
  readonly schemas: Partial<Readonly<Record<InputPlace, Schema>>>;
  readonly takesBody: boolean;
  /** The names of single query parameters, or `all` where the whole query has a schema. */
  readonly query: 'all' | ReadonlySet<string>;
  readonly contentTypes: readonly string[];
}

// Where Nest and Swagger keep what the decorators said; neither exports these names.
const ROUTE_ARGUMENTS = '__routeArguments__';
const API_CONSUMES = 'swagger/apiConsumes';
const REQUEST = 0;
const BODY = 3;
const QUERY = 4;
const PARAM = 5;
const RAW_BODY = 12;

interface RouteArgument {
  readonly data?: unknown;
  readonly schema?: Schema;
}

/** Reads a handler's decorators. `@ApiConsumes` names its media types; without it that is `application/json`. */
export function routeInputsOf(context: ExecutionContext): RouteInputs {
  const handler = context.getHandler();
  const all = Object.entries<RouteArgument>(
    Reflect.getMetadata(ROUTE_ARGUMENTS, context.getClass(), handler.name) ?? {},
  ).map(([id, argument]) => ({ kind: Number(id.split(':', 1)[0]), data: argument.data, schema: argument.schema }));
  const whole = (kind: number) => all.find((argument) => argument.kind === kind && argument.data === undefined);
  const body = whole(BODY)?.schema;
  const query = whole(QUERY)?.schema;
  const path = whole(PARAM)?.schema;
  return {
    schemas: { ...(path && { path }), ...(query && { query }), ...(body && { body }) },
    takesBody: all.some(({ kind }) => kind === BODY || kind === RAW_BODY || kind === REQUEST),
    query: whole(QUERY) ? 'all' : new Set(all.filter(({ kind }) => kind === QUERY).map(({ data }) => String(data))),
    contentTypes: Reflect.getMetadata(API_CONSUMES, handler) ??
      Reflect.getMetadata(API_CONSUMES, context.getClass()) ?? ['application/json'],
  };
}

/** Every problem of all parts of a request: Nest itself stops at the first part that is wrong. */
export async function problemsOfInputs(inputs: RouteInputs, request: Request): Promise<InputProblem[]> {
  const sent = { path: request.params, query: request.query, body: request.body as unknown, header: undefined };
  const found: InputProblem[] = [];
  for (const place of ['path', 'query', 'body'] as const) {
    const schema = inputs.schemas[place];
    if (schema) found.push(...(await inputProblems(place, sent[place], schema)));
  }
  return found;
}
