/** The metadata that the decorators of class-transformer write. */
interface TransformerStorage {
  getStrategy(owner: unknown): 'excludeAll' | 'exposeAll' | 'none';
  getExcludedProperties(owner: unknown, type: number): readonly string[];
  getExposedProperties(owner: unknown, type: number): readonly string[];
  readonly _transformMetadatas?: ReadonlyMap<unknown, unknown>;
}

/** `TransformationType.CLASS_TO_PLAIN` of class-transformer. */
const CLASS_TO_PLAIN = 1;

const known = new WeakMap<object, boolean>();
let storage: { readonly found: TransformerStorage | undefined } | undefined;

/**
 * Whether class-transformer (`ClassSerializerInterceptor`) leaves out, renames or changes properties of these instances.
 * It does so only while they are instances of their class, so a copy as plain data would show what `@Exclude()` hides.
 */
export function isTransformed(value: object): boolean {
  const prototype: object = Object.getPrototypeOf(value);
  let transformed = known.get(prototype);
  if (transformed === undefined) {
    storage ??= { found: load() };
    transformed = storage.found !== undefined && hasRules(storage.found, prototype);
    known.set(prototype, transformed);
  }
  return transformed;
}

function hasRules(from: TransformerStorage, prototype: object): boolean {
  const owner: unknown = prototype.constructor;
  if (from.getStrategy(owner) !== 'none') return true;
  if (from.getExcludedProperties(owner, CLASS_TO_PLAIN).length > 0) return true;
  if (from.getExposedProperties(owner, CLASS_TO_PLAIN).length > 0) return true;
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    // oxlint-disable-next-line no-underscore-dangle -- it offers no other look at the @Transform()s of a class
    if (from._transformMetadatas?.has(at.constructor)) return true;
  }
  return false;
}

/** The copy of the application, if it has one: class-transformer is optional, as it is for Nest. */
function load(): TransformerStorage | undefined {
  try {
    const file = require.resolve('class-transformer/cjs/storage', { paths: [__dirname, process.cwd()] });
    return (require(file) as { defaultMetadataStorage: TransformerStorage }).defaultMetadataStorage;
  } catch {
    return undefined;
  }
}
