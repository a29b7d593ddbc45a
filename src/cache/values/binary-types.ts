type TypedArrayConstructor = new (buffer: ArrayBuffer) => NodeJS.TypedArray;

/** The typed arrays of this Node, by the name of their class. */
const TYPED_ARRAYS: ReadonlyMap<string, TypedArrayConstructor> = new Map(
  [
    'Int8Array',
    'Uint8Array',
    'Uint8ClampedArray',
    'Int16Array',
    'Uint16Array',
    'Int32Array',
    'Uint32Array',
    'Float16Array',
    'Float32Array',
    'Float64Array',
    'BigInt64Array',
    'BigUint64Array',
  ].flatMap((name) => {
    const type = (globalThis as Record<string, unknown>)[name];
    return typeof type === 'function' ? [[name, type as TypedArrayConstructor] as const] : [];
  }),
);

/** The class of a typed array (`Buffer` is not `Uint8Array`), or undefined if it is none. */
export function binaryTypeOf(value: object): string | undefined {
  if (Buffer.isBuffer(value)) return 'Buffer';
  if (ArrayBuffer.isView(value)) {
    const name = Object.prototype.toString.call(value).slice(8, -1);
    return TYPED_ARRAYS.has(name) ? name : undefined;
  }
  return undefined;
}

/** A copy in memory of its own: a view would keep its whole buffer alive, and show changes of it. */
export function copyBinary(value: NodeJS.TypedArray, type: string): NodeJS.TypedArray {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return binaryFrom(bytes, type);
}

/** A typed array (or Buffer) of the named class with a copy of `bytes`. Throws if their number does not fit its elements. */
export function binaryFrom(bytes: Uint8Array, type: string): NodeJS.TypedArray {
  const memory = new ArrayBuffer(bytes.byteLength);
  new Uint8Array(memory).set(bytes);
  if (type === 'Buffer') return Buffer.from(memory);
  const Type = TYPED_ARRAYS.get(type);
  if (!Type) throw new TypeError(`unknown binary type ${type}`);
  return new Type(memory);
}
