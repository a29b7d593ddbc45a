import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ModuleImportError } from './settings/settings.errors';

/** What `package.json` says of packages: the published one has those that are optional as peers. */
interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** A package that an application installs only where it uses what needs it; it is loaded with the first call. */
export function optionalPackage<T>(name: string, neededBy: string, load: () => T): () => T {
  let loaded: T | undefined;
  return () => {
    if (loaded === undefined) {
      requirePackages(neededBy, [name]);
      loaded = load();
    }
    return loaded;
  };
}

/** Whether all of the packages are installed. */
export function isInstalled(...names: readonly string[]): boolean {
  return names.every((name) => {
    try {
      require.resolve(name);
      return true;
    } catch (error) {
      // Another code says that it is there, but for `import` alone.
      return (error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND';
    }
  });
}

/** @throws ModuleImportError with the command to run, where some of the packages are not installed */
export function requirePackages(neededBy: string, names: readonly string[]): void {
  const missing = names.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  const [are, them] = missing.length === 1 ? ['a package that is', 'it'] : ['packages that are', 'them'];
  throw new ModuleImportError(
    `${neededBy} needs ${are} not installed: ${missing.join(', ')}. Add ${them}: npm install ${missing.map(withRange).join(' ')}`,
  );
}

function withRange(name: string): string {
  const { dependencies, peerDependencies } = JSON.parse(
    readFileSync(join(__dirname, '../../package.json'), 'utf8'),
  ) as Manifest;
  const range = { ...dependencies, ...peerDependencies }[name];
  return range === undefined ? name : `${name}@${range}`;
}
