import { type AppConfig, toAppConfig } from './app-config';
import { environmentSchema } from './env.schema';

/** Every problem of the environment at once; the values stay out of it, since some are secrets. */
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
  const parsed = environmentSchema.safeParse(set);
  if (!parsed.success) {
    throw new InvalidEnvironmentError(
      parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`),
    );
  }
  return toAppConfig(parsed.data);
}
