import type { INestApplicationContext } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject } from '@nestjs/swagger';
import { SERVICE_VERSION } from './common/service-version';
import { describeAccess } from './security/security-openapi';

type Json = Record<string, unknown>;
type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Parameter = Extract<NonNullable<Operation['parameters']>[number], { readonly name: string }>;

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;
const TAGS: Readonly<Record<string, string>> = {
  overview: 'The service at a glance, and its page.',
  session: 'How a browser signs in.',
  cache: 'Both tiers, their entries and warmers.',
  pools: 'Connection pools and their limits.',
  metrics: 'What is measured, to be scraped, declared, recorded and imported.',
  prometheus: 'The HTTP API of Prometheus 2.42, for Grafana, promtool and other Prometheuses.',
  alerts: 'Rules and alerts.',
  alertmanager: "Alertmanager's API v2: for amtool, and for a Prometheus that sends its alerts here",
  benchmark: 'Benchmark runs.',
  instances: 'The copies of the service.',
  health: 'Probes for Kubernetes.',
};
const PROMETHEUS = '/performance/prometheus/';
const PROMETHEUS_ERROR = 'PrometheusError';

/** What the description of the API begins with; routes and schemas come from the controllers. */
export function apiDescription(): Omit<OpenAPIObject, 'paths'> {
  const builder = new DocumentBuilder()
    .setTitle('performance-gateway')
    .setVersion(SERVICE_VERSION)
    .setDescription('Cache, connection pools, metrics, alerts and benchmarks of one backend, behind /performance.')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/', 'this service');
  for (const [name, description] of Object.entries(TAGS)) builder.addTag(name, description);
  return builder.build();
}

/**
 * Completes what Nest makes of controllers and schemas: who may call, what errors look like, and what OpenAPI 3.0 says in
 * other words than the schemas do.
 */
export function completeDescription(document: OpenAPIObject, app: INestApplicationContext): OpenAPIObject {
  describeAccess(document, app);
  document.components!.schemas![PROMETHEUS_ERROR] = prometheusErrorSchema();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation === undefined) continue;
      completeOperation(operation, path.startsWith(PROMETHEUS));
      // A form has the same parameters, so they are named once.
      if (method === 'post' && path.startsWith(PROMETHEUS)) operation.parameters = [];
    }
  }
  inWordsOfOpenApi(document);
  return document;
}

/**
 * The document as somebody asks for it now: times in its examples lie in the history there is.
 * @param nowMs Unix ms
 */
export function withPresentTimes(document: OpenAPIObject, nowMs: number): OpenAPIObject {
  const end = Math.floor(nowMs / 1_000);
  const examples: Readonly<Record<string, number>> = { time: end, end, start: end - 3_600 };
  const operations = Object.values(document.paths).flatMap((item) => METHODS.flatMap((method) => item[method] ?? []));
  for (const { parameters = [] } of operations) {
    for (const parameter of parameters) {
      if (!('name' in parameter) || examples[parameter.name] === undefined) continue;
      const example = String(examples[parameter.name]);
      if (parameter.example !== undefined) parameter.example = example;
      if (parameter.schema !== undefined) (parameter.schema as Json)['example'] = example;
    }
  }
  return document;
}

/** The comment above a handler, whose first sentence is the summary. */
function completeOperation(operation: Operation, ofPrometheus: boolean): void {
  const comment = (operation.description ?? operation.summary ?? '').replaceAll(/\s+/g, ' ').trim();
  if (comment !== '') {
    operation.description = comment;
    operation.summary = firstSentence(comment);
  }
  for (const parameter of operation.parameters ?? []) if ('name' in parameter) completeParameter(parameter);
  for (const response of Object.values(operation.responses)) {
    if (response !== undefined && 'description' in response && response.description === '')
      response.description = 'As asked for';
  }
  const { default: problem } = operation.responses;
  if (problem === undefined) return;
  operation.responses['4XX'] = ofPrometheus ? prometheusError() : { ...problem, description: 'The request is wrong' };
  operation.responses['5XX'] = { ...problem, description: 'The service cannot answer' };
  delete operation.responses.default;
}

/** Parameters of Prometheus are read by its rules, so to the schemas each may come several times; only lists should. */
function completeParameter(parameter: Parameter): void {
  const { anyOf, ...schema } = (parameter.schema ?? {}) as Json;
  if (!Array.isArray(anyOf)) return;
  const { example, ...described } = schema;
  const isList = parameter.name.endsWith('[]');
  const one = { type: 'string', ...(example === undefined ? {} : { example }) };
  parameter.schema = isList ? { ...described, type: 'array', items: one } : { ...described, ...one };
  parameter.required = parameter.name === 'query' || (isList && parameter.required === true);
}

function firstSentence(comment: string): string {
  const end = comment.search(/[.:;](?: |$)/);
  return end < 0 ? comment : comment.slice(0, end);
}

/** Errors of tokens and limits are problem details there, too. */
const prometheusError = () => ({
  description: 'The query or a parameter is wrong',
  content: {
    'application/json': { schema: { $ref: `#/components/schemas/${PROMETHEUS_ERROR}` } },
    'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
  },
});

const prometheusErrorSchema = () => ({
  type: 'object' as const,
  description: 'An error as Prometheus answers it',
  required: ['status', 'errorType', 'error'],
  properties: {
    status: { type: 'string' as const, enum: ['error'] },
    errorType: { type: 'string' as const, enum: ['bad_data', 'execution', 'timeout', 'canceled', 'unavailable'] },
    error: { type: 'string' as const },
  },
});

/**
 * Records with known keys become objects with properties, `propertyNames` goes, and an `allOf` of one schema is that
 * schema.
 */
function inWordsOfOpenApi(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  for (const [name, child] of Object.entries(node as Json)) {
    if (isLoneAllOf(child)) (node as Json)[name] = child.allOf[0];
    inWordsOfOpenApi((node as Json)[name]);
  }
  const { properties, additionalProperties, required } = node as Json;
  delete (node as Json)['propertyNames'];
  if (properties !== undefined || !Array.isArray(required) || typeof additionalProperties !== 'object') return;
  (node as Json)['properties'] = Object.fromEntries(required.map((name: string) => [name, additionalProperties]));
  (node as Json)['additionalProperties'] = false;
}

function isLoneAllOf(node: unknown): node is { readonly allOf: readonly [unknown] } {
  const { allOf } = (node ?? {}) as { readonly allOf?: unknown };
  return Array.isArray(allOf) && allOf.length === 1;
}
