import type { ArgumentMetadata } from '@nestjs/common';
import type { InputPlace, InputProblem } from './input-problem';

type Schema = NonNullable<ArgumentMetadata['schema']>;

/** An issue of any Standard Schema library, and what Zod adds to it. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  readonly code?: string;
  readonly keys?: readonly string[];
  readonly errors?: readonly (readonly SchemaIssue[])[];
}

/** What an answer lists at most: a client corrects these first. */
export const MAX_PROBLEMS = 50;
/** Characters of a field's name and of what was sent. */
export const MAX_TEXT = 200;
const MAX_MESSAGE = 1_000;
const SECRET_NAME = /token|secret|password|passwd|credential|authorization|api[-_]?key/i;

/** Validates one part of a request; no problems means that it is as `schema` says. */
export async function inputProblems(place: InputPlace, value: unknown, schema: Schema): Promise<InputProblem[]> {
  const result = await schema['~standard'].validate(value);
  return result.issues ? listProblems(place, value, result.issues, { schema }) : [];
}

/** One entry for each field that is wrong, the unknown ones each by name; `name` is that of a single parameter. */
export function listProblems(
  place: InputPlace,
  value: unknown,
  issues: readonly SchemaIssue[],
  { schema, name }: { schema?: unknown; name?: string } = {},
): InputProblem[] {
  const prefix = name === undefined ? [] : [name];
  return issues
    .flatMap((issue) => flatten(issue, [], schema))
    .slice(0, MAX_PROBLEMS)
    .map(({ path, message }) => {
      const field = [...prefix, ...path];
      return {
        in: place,
        field: field.join('.').slice(0, MAX_TEXT),
        message: message.slice(0, MAX_MESSAGE),
        value: shown(field, path, value),
      };
    });
}

interface Flat {
  readonly path: readonly string[];
  readonly message: string;
}

function flatten(issue: SchemaIssue, above: readonly string[], schema: unknown): Flat[] {
  const path = [...above, ...(issue.path ?? []).map((step) => String(typeof step === 'object' ? step.key : step))];
  if (issue.code === 'unrecognized_keys' && issue.keys) {
    const message = path.length === 0 ? `unknown${namesIn(schema)}` : 'unknown';
    return issue.keys.map((key) => ({ path: [...path, key], message }));
  }
  if (issue.code === 'invalid_union' && issue.errors?.length) {
    // The branch that fits best is the one the caller most likely meant.
    const closest = issue.errors.reduce((best, branch) => (branch.length < best.length ? branch : best));
    return closest.flatMap((inner) => flatten(inner, path, undefined));
  }
  return [{ path, message: issue.message }];
}

/** ", expected one of a, b" for an object schema of Zod; nothing for other libraries. */
function namesIn(schema: unknown): string {
  if (typeof schema !== 'object' || schema === null) return '';
  // What `.default()` and `.optional()` wrap.
  if ('unwrap' in schema) return namesIn((schema.unwrap as () => unknown)());
  if (!('shape' in schema)) return '';
  const names = Object.keys(schema.shape as object);
  return names.length === 0 ? ', nothing is expected here' : `, expected one of ${names.join(', ')}`;
}

function shown(field: readonly string[], path: readonly string[], root: unknown): InputProblem['value'] {
  if (field.some((step) => SECRET_NAME.test(step))) return undefined;
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  if (typeof value === 'string') return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value;
  return typeof value === 'number' || typeof value === 'boolean' || value === null ? value : undefined;
}
