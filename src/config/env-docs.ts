import { z } from 'zod';
import { envSchema } from './env-schema';

export interface VariableHelp {
  readonly name: string;
  /** As it would be written in the environment; undefined: there is none. */
  readonly defaultText: string | undefined;
  readonly help: string;
}

/** What `.env.example` shows where a variable has no default but a usual value. */
const USUAL_VALUES: Readonly<Record<string, string>> = {
  REDIS_URL: 'redis://localhost:6379',
  POSTGRES_URL: 'postgres://user:password@localhost:5432/app',
  QDRANT_URL: 'http://localhost:6333',
  HTTP_UPSTREAMS: 'search=http://10.0.0.1:8080|http://10.0.0.2:8080',
};

/** Every variable with its default and its line of help, in the order of the schema. */
export function variables(): VariableHelp[] {
  return Object.entries(envSchema.shape).map(([name, schema]) => {
    const help = schema.description;
    if (help === undefined) throw new Error(`${name} has no line of help in env-schema.ts`);
    return { name, defaultText: defaultTextOf(schema), help };
  });
}

/** `.env.example`: every variable, commented out, with its default or a usual value. */
export function renderEnvExample(): string {
  const entries = variables().map(
    ({ name, defaultText, help }) => `# ${help}\n# ${name}=${defaultText ?? USUAL_VALUES[name] ?? ''}\n`,
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

function defaultTextOf(schema: z.ZodType): string | undefined {
  const parsed = schema.safeParse(undefined);
  if (!parsed.success || parsed.data === undefined) return undefined;
  const value: unknown = parsed.data;
  if (typeof value === 'object') return undefined;
  return value === false && schema === envSchema.shape.TRUST_PROXY ? 'off' : String(value);
}
