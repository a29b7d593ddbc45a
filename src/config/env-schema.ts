import { z } from 'zod';
import { UnreadableText } from '../common/settings/kind';
import { besideOf, type EnvVariable } from './env-variables';

/** What the text of a variable stands for, in the variable's own unit. */
const valueOf = ({ kind }: EnvVariable) =>
  z.string().transform((text, context) => {
    const value = kind.read(text);
    const problem = value instanceof UnreadableText ? value : kind.refuse(value);
    if (problem === undefined) return value;
    context.addIssue({ code: 'custom', message: `expected ${problem.allowed}` });
    return z.NEVER;
  });

/** The variables the service reads, made from the tables of settings, one by one and then against each other. */
export const environmentSchema = (variables: readonly EnvVariable[]) =>
  z
    .object(Object.fromEntries(variables.map((variable) => [variable.name, valueOf(variable).optional()])))
    .check((context) => {
      const env = context.value;
      const wrong = new Set(context.issues.map(({ path }) => path?.[0]));
      for (const { name, row } of variables) {
        if (row.required === undefined || env[name] !== undefined || wrong.has(name)) continue;
        context.issues.push({ code: 'custom', path: [name], input: undefined, message: 'is missing' });
      }
      for (const smaller of variables) {
        const larger = largerThan(smaller, env, variables);
        if (larger === undefined || wrong.has(smaller.name) || wrong.has(larger.name)) continue;
        const [value, limit] = [valueOrDefault(smaller, env), valueOrDefault(larger, env)];
        if (value === undefined || asOption(smaller, value) <= asOption(larger, limit)) continue;
        const message = `expected at most ${larger.name} (${String(limit)})`;
        context.issues.push({ code: 'custom', path: [smaller.name], input: value, message });
      }
      if (env['JWT_JWKS_URL'] !== undefined) {
        for (const name of ['JWT_ISSUER', 'JWT_AUDIENCE']) {
          if (env[name] !== undefined || wrong.has(name)) continue;
          const message =
            'expected with JWT_JWKS_URL: without it a token that the issuer made for another service would do';
          context.issues.push({ code: 'custom', path: [name], input: undefined, message });
        }
      }
      if (env['NODE_ENV'] === 'production' && !wrong.has('API_TOKENS') && !hasTokens(env)) {
        const message =
          'expected read:TOKEN,admin:TOKEN (or API_TOKENS_FILE, or JWT_JWKS_URL), since in production none is made up';
        context.issues.push({ code: 'custom', path: ['API_TOKENS'], input: undefined, message });
      }
    });

export type Env = Readonly<Record<string, unknown>>;

/** The variable that this one must not exceed; none where its default is lowered to it. */
function largerThan(smaller: EnvVariable, env: Env, all: readonly EnvVariable[]): EnvVariable | undefined {
  const { atMost, cappedBy } = smaller.row;
  const name = atMost ?? (env[smaller.name] === undefined ? undefined : cappedBy);
  return name === undefined ? undefined : besideOf(smaller, name, all);
}

/** In the variable's own unit; undefined: it has neither. */
export function valueOrDefault({ name, row, fromOption }: EnvVariable, env: Env): unknown {
  const set = env[name];
  if (set !== undefined || row.default === undefined) return set;
  return fromOption === undefined ? row.default : fromOption(Number(row.default));
}

/** In the option's unit, in which two variables compare. */
const asOption = ({ toOption = (value) => value }: EnvVariable, value: unknown) => toOption(Number(value));

const hasTokens = ({ API_TOKENS: tokens, API_TOKENS_FILE: file, JWT_JWKS_URL: jwks }: Env) =>
  (Array.isArray(tokens) && tokens.length > 0) || file !== undefined || jwks !== undefined;
