/** Of each module, the environment variable that stands for an option: `postgres.url` → `POSTGRES_URL`. */
export type OptionVariables = Readonly<Record<string, { readonly [path: string]: string | undefined }>>;

/** Environment variables belong to the process, and so do their names. */
const variables = new Map<string, string>();

/**
 * Says which environment variables this process reads for which options; to be called once, before the modules are
 * made. Messages then name the variable as well. An application that sets options in its code does not call it.
 */
export function nameVariables(given: OptionVariables): void {
  variables.clear();
  for (const [module, byPath] of Object.entries(given)) {
    for (const [path, variable] of Object.entries(byPath)) {
      if (variable !== undefined) variables.set(asCall(module, path), variable);
    }
  }
}

/**
 * An option as a message names it: `PoolsModule.forRoot({ postgres: { url } })`, and `POSTGRES_URL (postgres.url)` in a
 * process that reads it from that variable.
 */
export function optionName(module: string, path: string): string {
  const call = asCall(module, path);
  const variable = variables.get(call);
  return variable === undefined ? call : `${variable} (${path})`;
}

/** A text that was made before the variables were named: adds each variable after the option it stands for. */
export function addVariables(text: string): string {
  let added = text;
  for (const [call, variable] of variables) added = added.replaceAll(call, `${call} (${variable})`);
  return added;
}

function asCall(module: string, path: string): string {
  const [last = '', ...outer] = path.split('.').toReversed();
  return `${module}.forRoot({ ${outer.reduce((inner, name) => `${name}: { ${inner} }`, last)} })`;
}
