import { type AppConfig, toAppConfig } from './app-config';
import { environmentSchema } from './env-schema';
import { type EnvVariable, poolsNamedBy, variablesIn } from './env-variables';

/** As much of a value as says which one it is, in characters. */
const SHOWN_LENGTH = 60;

/** Every problem of the environment at once, with the value that is wrong unless it may be a secret. */
export class InvalidEnvironmentError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.join('\n')}`,
    );
    this.name = 'InvalidEnvironmentError';
  }
}

/** Reads and checks the whole environment; an empty variable counts as not set. @throws InvalidEnvironmentError */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): AppConfig {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const variables = variablesIn(set);
  const parsed = environmentSchema(variables).safeParse(set, { reportInput: true });
  // What is a secret or may hold one is never shown.
  const secret = new Set(variables.flatMap(({ name, kind }) => (kind.secret ? [name] : [])));
  const problems = (parsed.error?.issues ?? []).map(({ path, message, input }) => {
    const name = path.join('.');
    return `  ${name}: ${message}${secret.has(name) ? '' : instead(input)}`;
  });
  problems.push(...problemsOfReadiness(set['READINESS_REQUIRES'], variables));
  if (!parsed.success || problems.length > 0) throw new InvalidEnvironmentError(problems);
  return toAppConfig(parsed.data, variables);
}

function instead(value: unknown): string {
  if (value === undefined) return '';
  const text = String(value).replaceAll(/\p{Cc}/gu, '?');
  return `, not '${text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text}'`;
}

/** It may name the pools that these very variables name. */
function problemsOfReadiness(text: string | undefined, variables: readonly EnvVariable[]): string[] {
  const pools = poolsNamedBy(variables);
  const names = (text ?? '').split(',').flatMap((name) => name.trim() || []);
  if (names.every((name) => pools.includes(name))) return [];
  return [`  READINESS_REQUIRES: expected a list of ${pools.join(', ')}${instead(text)}`];
}
