import { oneOf } from '../option.checks';

/** What happens to an instance of a class inside a value: its data only, an error, or kept as it is (memory only). */
export type ClassInstances = 'plain' | 'reject' | 'reference';

export const CLASS_INSTANCES = oneOf('plain', 'reject', 'reference');

const MAX_NAMES = 1_000;

/** Says once per class that its instances come back from the cache as plain data. */
export class ClassInstanceWarnings {
  private readonly warned = new Set<string>();

  constructor(private readonly warn: (message: string) => void) {}

  seen(className: string): void {
    if (this.warned.has(className) || this.warned.size >= MAX_NAMES) return;
    this.warned.add(className);
    this.warn(
      `instances of ${className} are cached as plain data: what comes back has no methods and is not instanceof ${className}`,
    );
  }
}
