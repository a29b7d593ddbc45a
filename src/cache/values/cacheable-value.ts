import { types } from 'node:util';
import { isWide, ownString, stringBytes } from '../../common/own-string';
import { CacheValueError } from '../cache.errors';
import { binaryTypeOf, copyBinary } from './binary-types';
import type { ClassInstances } from '../options/class-instance-policy';
import type { ValueWarnings } from './value-warnings';
import { classNameOf, isDeferred, hasHiddenState } from './hidden-state';
import { privateCopy } from './private-copy';
import { nameBytes } from './property-names';
import { isTransformed } from './transformed-class';
import { measure } from './value-measure';
import {
  ARRAY_BYTES,
  BIGINT_BYTES,
  BINARY_BYTES,
  collectionBytes,
  DATE_BYTES,
  FIELD_BYTES,
  numberBytes,
  OBJECT_BYTES,
} from './value-size';

const MAX_DEPTH = 200;

/** A value as the cache keeps it. */
export interface Cacheable {
  /** A deep copy: frozen, or, with `copies`, never handed out itself. */
  readonly value: unknown;
  /** What it takes on the heap, estimated. */
  readonly bytes: number;
  /** It holds what cannot be frozen (Date, Map, Set, Buffer, typed arrays): callers get copies. */
  readonly copies: boolean;
  /** Plain JSON can represent it; otherwise the typed encoding is needed. */
  readonly json: boolean;
  /** It holds class instances kept by reference, which cannot be given to another process. */
  readonly referenced: boolean;
}

/**
 * Makes a private deep copy of a value and freezes it, if freezing protects all of it. The same walk finds its size and the
 * encoding it needs. Throws CacheValueError for functions, symbols, cycles and objects whose state is hidden (RegExp,
 * Promise, Error …). An object with `toJSON` is taken as what that returns. Functions and symbols that are properties of an object are left out, as in JSON.
 */
export function toCacheable(value: unknown, policy: ClassInstances, warnings: ValueWarnings): Cacheable {
  if (typeof value === 'string') {
    const wide = isWide(value);
    return simple(ownString(value, wide), stringBytes(value, wide));
  }
  if (typeof value === 'boolean' || value === null) return simple(value, 0);
  const walk = new Walk(policy, warnings);
  let copied = walk.copy(value, '$');
  if (!walk.copies && !walk.referenced) copied = deepFreeze(copied);
  return {
    value: copied,
    bytes: walk.bytes,
    copies: walk.copies && !walk.referenced,
    json: walk.json,
    referenced: walk.referenced,
  };
}

interface WithJson {
  toJSON(key: string): unknown;
}

function hasJson(value: object): value is WithJson {
  return typeof (value as Partial<WithJson>).toJSON === 'function';
}

function simple(value: unknown, bytes: number): Cacheable {
  return { value, bytes, copies: false, json: true, referenced: false };
}

function deepFreeze(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) for (const item of value) deepFreeze(item);
  else for (const key in value) deepFreeze((value as Record<string, unknown>)[key]);
  return Object.freeze(value);
}

/** Freezes what JSON.parse has made, and answers with what it takes: one walk, because every hit in Redis needs it. */
function freezeJson(value: unknown): number {
  if (typeof value === 'string') return stringBytes(value);
  if (typeof value === 'number') return numberBytes(value);
  if (typeof value !== 'object' || value === null) return 0;
  let bytes = OBJECT_BYTES;
  if (Array.isArray(value)) {
    bytes = ARRAY_BYTES + FIELD_BYTES * value.length;
    for (const item of value) bytes += freezeJson(item);
  } else {
    for (const key in value) {
      bytes += FIELD_BYTES + nameBytes(key) + freezeJson((value as Record<string, unknown>)[key]);
    }
  }
  Object.freeze(value);
  return bytes;
}

class Walk {
  bytes = 0;
  copies = false;
  json = true;
  referenced = false;
  private readonly ancestors: object[] = [];

  constructor(
    private readonly policy: ClassInstances,
    private readonly warnings: ValueWarnings,
  ) {}

  copy(value: unknown, path: string): unknown {
    switch (typeof value) {
      case 'string': {
        const wide = isWide(value);
        this.bytes += stringBytes(value, wide);
        return ownString(value, wide);
      }
      case 'number':
        this.bytes += numberBytes(value);
        if (!Number.isFinite(value) || Object.is(value, -0)) this.json = false;
        return value;
      case 'boolean':
        return value;
      case 'undefined':
        this.json = false;
        return value;
      case 'bigint':
        this.bytes += BIGINT_BYTES;
        this.json = false;
        return value;
      case 'object':
        return value === null ? null : this.nested(value, path);
      default:
        throw new CacheValueError(path, `a ${typeof value}`);
    }
  }

  private nested(value: object, path: string): unknown {
    if (this.ancestors.includes(value)) throw new CacheValueError(path, 'a reference to an object it is inside of');
    if (this.ancestors.length >= MAX_DEPTH) throw new CacheValueError(path, `more than ${MAX_DEPTH} levels`);
    this.ancestors.push(value);
    const copied = this.object(value, path);
    this.ancestors.pop();
    return copied;
  }

  private object(value: object, path: string): unknown {
    if (Array.isArray(value)) return this.array(value, path);
    const prototype: unknown = Object.getPrototypeOf(value);
    // A prototype without parent: Object.prototype of any realm, or none.
    if (prototype === null || Object.getPrototypeOf(prototype) === null) {
      return hasJson(value) ? this.ofJson(value, path) : this.record(value, path, true);
    }
    return this.builtIn(value, path) ?? this.instance(value, path);
  }

  private array(source: readonly unknown[], path: string): unknown[] {
    // Spreading fills holes, and allocates no more than needed; adding item by item would.
    const copied: unknown[] = [...source];
    this.bytes += ARRAY_BYTES + FIELD_BYTES * copied.length;
    for (const [at, item] of copied.entries()) copied[at] = this.copy(item, `${path}[${at}]`);
    return copied;
  }

  /** `plain` is false for an instance of a class: a warning has already said that it loses its methods. */
  private record(source: object, path: string, plain: boolean): Record<string, unknown> {
    // Spreading keeps the hidden class and, unlike assigning, makes an own property of a key called __proto__.
    const copied: Record<string, unknown> = { ...source };
    for (const key of Object.keys(copied)) {
      const item = copied[key];
      if (typeof item === 'function' || typeof item === 'symbol') {
        if (plain) this.warnings.leftOut(key, typeof item, path);
        Reflect.deleteProperty(copied, key);
        continue;
      }
      this.bytes += FIELD_BYTES + nameBytes(key);
      // Always assigned: a copied text is equal to the old one, so that a comparison would not show the copy.
      copied[key] = this.copy(item, `${path}.${key}`);
    }
    for (const symbol of Object.getOwnPropertySymbols(copied)) Reflect.deleteProperty(copied, symbol);
    this.bytes += OBJECT_BYTES;
    return copied;
  }

  private builtIn(value: object, path: string): unknown {
    const binary = binaryTypeOf(value);
    if (binary !== undefined) {
      this.needsCopies(BINARY_BYTES + (value as NodeJS.TypedArray).byteLength);
      return copyBinary(value as NodeJS.TypedArray, binary);
    }
    if (types.isDate(value)) {
      this.needsCopies(DATE_BYTES);
      return new Date(value.getTime());
    }
    if (types.isMap(value)) {
      this.needsCopies(collectionBytes(value));
      return new Map(
        Array.from(value, ([key, item]) => [this.copy(key, `${path}<key>`), this.copy(item, `${path}<value>`)]),
      );
    }
    if (types.isSet(value)) {
      this.needsCopies(collectionBytes(value));
      return new Set(Array.from(value, (item) => this.copy(item, `${path}<item>`)));
    }
    return undefined;
  }

  private instance(value: object, path: string): unknown {
    const name = classNameOf(value);
    if (isDeferred(value)) throw new CacheValueError(path, `an instance of ${name}`);
    if (this.policy === 'reference') {
      this.referenced = true;
      this.bytes += OBJECT_BYTES;
      return value;
    }
    if (this.policy === 'reject') throw new CacheValueError(path, `an instance of ${name}`);
    if (isTransformed(value)) {
      const lost = 'whose @Exclude(), @Expose() or @Transform() of class-transformer would be lost';
      throw new CacheValueError(
        path,
        `an instance of ${name}, ${lost} (take instanceToPlain() of it, or classInstances: 'reference')`,
      );
    }
    if (hasJson(value)) {
      this.warnings.instance(name);
      return this.ofJson(value, path);
    }
    if (hasHiddenState(value)) throw new CacheValueError(path, `an instance of ${name}`);
    this.warnings.instance(name);
    return this.record(value, path, false);
  }

  /** What the object says it is in JSON, and so what a client would get of it. */
  private ofJson(value: WithJson, path: string): unknown {
    const said = value.toJSON('');
    return said === value ? this.record(value, path, true) : this.copy(said, path);
  }

  private needsCopies(bytes: number): void {
    this.copies = true;
    this.json = false;
    this.bytes += bytes;
  }
}

/** The value to give to a caller: the stored one if it is frozen, else a copy. */
export function handOut(stored: Cacheable): unknown {
  return stored.copies ? privateCopy(stored.value) : stored.value;
}

/** A value that is returned to callers but not cached: neither copied nor frozen. */
export function uncached(value: unknown): Cacheable {
  return { value, bytes: 0, copies: false, json: false, referenced: false };
}

/** A value that no caller has yet, because it was just decoded: measured and frozen in place instead of copied. */
export function adopt(value: unknown, json: boolean): Cacheable {
  if (json) return { value, bytes: freezeJson(value), copies: false, json, referenced: false };
  const found = { bytes: 0, copies: false };
  measure(value, found);
  const { bytes, copies } = found;
  return { value: copies ? value : deepFreeze(value), bytes, copies, json, referenced: false };
}
