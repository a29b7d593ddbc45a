import type { GivenOptions } from '../common/settings/setting';
import type { Env } from './env-schema';
import type { EnvVariable } from './env-variables';
import type { SETTINGS } from './settings';

interface Nested {
  [name: string]: unknown;
}

/** What the environment says, as options of the rooms in the units they take; what is not set is left out. */
export function optionsOf(env: Env, variables: readonly EnvVariable[]): GivenOptions<typeof SETTINGS> {
  const options: Nested = {};
  for (const { name, path, toOption } of variables) {
    const value = env[name];
    if (value !== undefined) put(options, path, toOption === undefined ? value : toOption(Number(value)));
  }
  return options as GivenOptions<typeof SETTINGS>;
}

function put(options: Nested, [name, ...rest]: readonly string[], value: unknown): void {
  if (name === undefined) return;
  if (rest.length === 0) options[name] = value;
  else put((options[name] ??= {}) as Nested, rest, value);
}
