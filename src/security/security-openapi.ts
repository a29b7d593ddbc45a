import type { INestApplicationContext } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import type { OpenAPIObject } from '@nestjs/swagger';
import { type Access, RouteAccess } from '../http/access.decorator';
import { errorDefinitions } from '../common/errors/error-definition';
import { BASIC_PATHS } from './credentials';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Security = NonNullable<Operation['security']>;

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options'] as const;
const PROBLEM = { $ref: '#/components/schemas/Problem' };

/**
 * Adds to the description of the API what holds for every route: the tokens it takes, and what errors look like.
 */
export function describeAccess(document: OpenAPIObject, app: INestApplicationContext): OpenAPIObject {
  const accesses = declaredAccess(app);
  document.components = {
    ...document.components,
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer', description: 'A token of API_TOKENS, or the one in DATA_DIR/token.' },
      basic: { type: 'http', scheme: 'basic', description: 'The token as password; the user does not matter.' },
    },
    schemas: { ...document.components?.schemas, Problem: problemSchema() },
  };
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (!operation) continue;
      const access = accesses.get(operation.operationId ?? '') ?? 'admin';
      operation.security = securityOf(access, path);
      operation.responses = {
        ...operation.responses,
        default: { description: 'What went wrong', content: { 'application/problem+json': { schema: PROBLEM } } },
      };
    }
  }
  return document;
}

function securityOf(access: Access, path: string): Security {
  if (access === 'public') return [];
  const token: Security = BASIC_PATHS.test(path) ? [{ bearer: [] }, { basic: [] }] : [{ bearer: [] }];
  // An empty requirement means that the token is optional.
  return access === 'page' || access === 'probe' ? [{}, ...token] : token;
}

/** `Controller_method`, which is how Swagger names operations, with what each declares. */
function declaredAccess(app: INestApplicationContext): Map<string, Access> {
  const reflector = app.get(Reflector);
  const scanner = new MetadataScanner();
  const found = new Map<string, Access>();
  for (const { metatype, instance } of app.get(DiscoveryService, { strict: false }).getControllers()) {
    if (!metatype || !instance) continue;
    const prototype = Object.getPrototypeOf(instance) as Record<string, () => unknown>;
    for (const method of scanner.getAllMethodNames(prototype)) {
      const access = reflector.getAllAndOverride(RouteAccess, [prototype[method]!, metatype]);
      if (access) found.set(`${metatype.name}_${method}`, access);
    }
  }
  return found;
}

function problemSchema() {
  const text = { type: 'string' };
  return {
    type: 'object',
    description: 'RFC 9457 problem details',
    required: ['type', 'title', 'status', 'code'],
    properties: {
      type: text,
      title: text,
      status: { type: 'integer' },
      code: { type: 'string', enum: errorDefinitions().map(({ code }) => code) },
      detail: text,
      instance: text,
      requestId: text,
      errors: {
        type: 'array',
        items: {
          type: 'object',
          required: ['in', 'field', 'message'],
          properties: {
            in: { type: 'string', enum: ['path', 'query', 'body', 'header'] },
            field: text,
            message: text,
            value: { description: 'What was sent, unless it may be a secret' },
          },
        },
      },
    },
  };
}
