import { Once } from '../once';
import { oneOf } from '../option.checks';

/** What happens to an instance of a class inside a value: its data only, an error, or kept as it is (memory only). */
export type ClassInstances = 'plain' | 'reject' | 'reference';

export const CLASS_INSTANCES = oneOf('plain', 'reject', 'reference');

/** Says once per class that its instances come back from the cache as plain data. */
export class ClassInstanceWarnings {
  private readonly once = new Once();

  constructor(private readonly warn: (message: string) => void) {}

  seen(className: string): void {
    if (!this.once.isFirst(className)) return;
    this.warn(
      `instances of ${className} are cached as plain data: what comes back has no methods and is not instanceof ${className}`,
    );
  }
}
