import { Once } from '../options/once';

/** How much of a key a warning shows. */
const SHOWN_KEY = 100;

/** Warns once for each class and each property of what values lose when they are cached. */
export class ValueWarnings {
  private readonly classes = new Once();
  private readonly properties = new Once();
  private readonly namespaces = new Once();

  constructor(private readonly warn: (message: string) => void) {}

  /** Instances of the class come back as plain data. */
  instance(className: string): void {
    if (!this.classes.isFirst(className)) return;
    this.warn(
      `instances of ${className} are cached as plain data: what comes back has no methods and is not instanceof ${className}`,
    );
  }

  /** An entry alone takes more of memory than one may. */
  tooLarge(namespace: string, key: string, bytes: number): void {
    if (!this.namespaces.isFirst(namespace)) return;
    this.warn(
      `namespace ${namespace}: entries such as "${key.slice(0, SHOWN_KEY)}" (${bytes} bytes) take more than a tenth of memoryLimitBytes and stay out of memory: cache less in one entry, or raise memoryLimitBytes`,
    );
  }

  /** A property with a function or a symbol does not come back. */
  leftOut(property: string, type: string, path: string): void {
    if (!this.properties.isFirst(property)) return;
    this.warn(`the ${type} at ${path}.${property} is left out of the cached value: only data is kept`);
  }
}
