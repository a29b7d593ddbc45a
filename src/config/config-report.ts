import { readFileSync } from 'node:fs';
import { SecretRedactor } from '../common/log/secret-redactor';
import { valueOrDefault } from './env-schema';
import { variables } from './env-docs';
import { ENV_VARIABLES, type EnvVariable, variablesIn } from './env-variables';

type Environment = Readonly<Record<string, string | undefined>>;

/** The variables by the part of the service they belong to. */
function byPart(all: readonly EnvVariable[]): Map<string, EnvVariable[]> {
  return Map.groupBy(all, ({ path }) => path[0]!);
}

/** Every variable with its default and its line of help, grouped. */
export function describeVariables(): string {
  const helpOf = new Map(variables().map((variable) => [variable.name, variable]));
  const groups = Array.from(byPart(ENV_VARIABLES), ([part, members]) => {
    const lines = members.map(({ name }) => {
      const { help, defaultText } = helpOf.get(name)!;
      return `  ${name}${defaultText === undefined ? '' : ` (${defaultText})`}\n      ${help}`;
    });
    return `${part}\n${lines.join('\n')}`;
  });
  return groups.join('\n\n');
}

/** The configuration in force as an `.env` has it, defaults commented out; what may hold a secret shows none. */
export function describeConfig(env: Environment): string {
  const groups = Array.from(
    byPart(variablesIn(env)),
    ([part, members]) => `# ${part}\n${members.map((one) => inForce(one, env)).join('\n')}`,
  );
  return groups.join('\n\n');
}

function inForce(variable: EnvVariable, env: Environment): string {
  const { name, kind, defaultText } = variable;
  const set = env[name];
  if (set !== undefined && set !== '') return `${name}=${quoted(kind.secret === true ? withoutSecrets(set) : set)}`;
  const value = defaultText ?? valueOrDefault(variable, {});
  return `# ${name}=${value === undefined || typeof value === 'object' ? '' : String(value)}`;
}

/** As `.env` needs a value with blanks, quotes or a number sign in it. */
function quoted(text: string): string {
  if (!/[\s#'"]/.test(text)) return text;
  return text.includes("'") ? `"${text}"` : `'${text}'`;
}

/** Of URLs all but the credentials; of everything else nothing. */
function withoutSecrets(text: string): string {
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  return isUrl ? new SecretRedactor().redact(text).replace(/\?.*$/s, '?[secret]') : '[secret]';
}

/** What is wrong with the files that variables name, a sentence each. */
export function fileProblems(env: Environment): string[] {
  return variablesIn(env).flatMap(({ name }) => {
    const path = env[name];
    if (!name.endsWith('_FILE') || path === undefined || path === '') return [];
    try {
      readFileSync(path);
      return [];
    } catch (error) {
      return [`  ${name}: expected a file that can be read (${(error as Error).message})`];
    }
  });
}
