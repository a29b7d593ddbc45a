import { typeName } from './template-values';

/** What a function takes: `number` is a float64 (whole numbers fit), `int` a whole number, `any` everything. */
export type ParameterKind = 'string' | 'number' | 'int' | 'boolean' | 'any';

interface KindTypes {
  readonly string: string;
  readonly number: number;
  readonly int: bigint;
  readonly boolean: boolean;
  readonly any: unknown;
}

/** A function that templates can call; what it throws is the reason why the template fails. */
export interface TemplateFunction {
  readonly parameters: readonly ParameterKind[];
  /** The kind of any number of further arguments. */
  readonly rest: ParameterKind | undefined;
  readonly call: (...args: never[]) => unknown;
}

export type TemplateFunctions = ReadonlyMap<string, TemplateFunction>;

type Arguments<Kinds extends readonly ParameterKind[]> = { [Index in keyof Kinds]: KindTypes[Kinds[Index]] };

/** Describes a function with a fixed number of arguments. */
export function templateFunction<const Kinds extends readonly ParameterKind[]>(
  parameters: Kinds,
  call: (...args: Arguments<Kinds>) => unknown,
): TemplateFunction {
  return { parameters, rest: undefined, call: call as unknown as TemplateFunction['call'] };
}

/** Describes a function that takes further arguments of one kind. */
export function variadicFunction<const Kinds extends readonly ParameterKind[], Rest extends ParameterKind>(
  parameters: Kinds,
  rest: Rest,
  call: (...args: [...Arguments<Kinds>, ...KindTypes[Rest][]]) => unknown,
): TemplateFunction {
  return { parameters, rest, call: call as unknown as TemplateFunction['call'] };
}

/** Calls a function by its name in the template. @throws Error with the reason */
export function callFunction(name: string, { parameters, rest, call }: TemplateFunction, args: readonly unknown[]) {
  const missing = args.length < parameters.length;
  if (missing || (rest === undefined && args.length > parameters.length)) {
    const want = rest === undefined ? parameters.length : `at least ${parameters.length}`;
    throw new Error(`wrong number of args for ${name}: want ${want} got ${args.length}`);
  }
  const given = args.map((value, index) => fitted(value, parameters[index] ?? rest!));
  try {
    return call(...(given as never[]));
  } catch (error) {
    if (error instanceof FunctionInterrupt) throw error;
    throw new Error(`error calling ${name}: ${(error as Error).message}`, { cause: error });
  }
}

/** Thrown by a function to end the whole execution, as it is: not an error of the template. */
export abstract class FunctionInterrupt extends Error {}

function fitted(value: unknown, kind: ParameterKind): unknown {
  switch (kind) {
    case 'any':
      return value;
    case 'number':
      if (typeof value === 'bigint') return Number(value);
      break;
    case 'int':
      if (typeof value === 'bigint') return value;
      if (Number.isInteger(value)) return BigInt(value as number);
      break;
    default:
  }
  if (kind !== 'int' && typeof value === kind) return value;
  const expected = { string: 'string', number: 'float64', int: 'int', boolean: 'bool' }[kind];
  throw new Error(
    value === undefined || value === null
      ? `cannot assign nil to ${expected}`
      : `wrong type for value; expected ${expected}; got ${typeName(value)}`,
  );
}
