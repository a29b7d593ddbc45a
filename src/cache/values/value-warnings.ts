import { Once } from '../options/once';

/** Warns once for each class and each property of what values lose when they are cached. */
export class ValueWarnings {
  private readonly classes = new Once();
  private readonly properties = new Once();

  constructor(private readonly warn: (message: string) => void) {}

  /** Instances of the class come back as plain data. */
  instance(className: string): void {
    if (!this.classes.isFirst(className)) return;
    this.warn(
      `instances of ${className} are cached as plain data: what comes back has no methods and is not instanceof ${className}`,
    );
  }

  /** A property with a function or a symbol does not come back. */
  leftOut(property: string, type: string, path: string): void {
    if (!this.properties.isFirst(property)) return;
    this.warn(`the ${type} at ${path}.${property} is left out of the cached value: only data is kept`);
  }
}
