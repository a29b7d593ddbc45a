import { valueOrDefault } from './env-schema';
import { ENV_VARIABLES, type EnvVariable } from './env-variables';

export interface VariableHelp {
  readonly name: string;
  /** As it would be written in the environment; undefined: there is none. */
  readonly defaultText: string | undefined;
  /** Its unit and a line of help. */
  readonly help: string;
  /** A usual value, where there is no default. */
  readonly example: string | undefined;
}

/** Every variable with its default and its line of help, in the order of the tables. */
export function variables(): VariableHelp[] {
  return ENV_VARIABLES.map((variable) => {
    const { name, row, kind } = variable;
    if (row.help === undefined) throw new Error(`${name} has no line of help in its table of settings`);
    const help = kind.unit === undefined ? row.help : `${kind.unit}; ${row.help}`;
    return { name, defaultText: defaultTextOf(variable), help, example: row.example };
  });
}

/** `.env.example`: every variable, commented out, with its default or a usual value. */
export function renderEnvExample(): string {
  const entries = variables().map(
    ({ name, defaultText, help, example }) => `# ${help}\n# ${name}=${defaultText ?? example ?? ''}\n`,
  );
  return `# Every variable with its default. Copy to .env and remove the "# " in front of what you change.\n\n${entries.join('\n')}`;
}

/** The configuration table of the README. */
export function renderVariableTable(): string {
  const rows = variables().map(({ name, defaultText, help }) => {
    const shown = defaultText === undefined ? '–' : `\`${defaultText}\``;
    return `| \`${name}\` | ${shown} | ${help.replaceAll('|', '\\|')} |`;
  });
  return ['| variable | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

function defaultTextOf(variable: EnvVariable): string | undefined {
  const value = valueOrDefault(variable, {});
  if (variable.defaultText !== undefined) return variable.defaultText;
  return value === undefined || typeof value === 'object' ? undefined : String(value);
}
