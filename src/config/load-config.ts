import { type AppConfig, toAppConfig } from './app-config';
import { environmentSchema } from './env-schema';
import { ENV_VARIABLES } from './env-variables';

/** What is never shown: it is a secret or may hold one. */
const SECRET = new Set(ENV_VARIABLES.flatMap(({ name, kind }) => (kind.secret ? [name] : [])));
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
  const parsed = environmentSchema.safeParse(set, { reportInput: true });
  if (!parsed.success) {
    throw new InvalidEnvironmentError(
      parsed.error.issues.map(({ path, message, input }) => {
        const name = path.join('.');
        return `  ${name}: ${message}${instead(name, input)}`;
      }),
    );
  }
  return toAppConfig(parsed.data);
}

function instead(name: string, value: unknown): string {
  if (value === undefined || SECRET.has(name)) return '';
  const text = String(value).replaceAll(/\p{Cc}/gu, '?');
  return `, not '${text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text}'`;
}
