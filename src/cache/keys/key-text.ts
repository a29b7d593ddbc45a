import { types } from 'node:util';
import { CacheKeyError } from '../cache.errors';
import { binaryTypeOf } from '../values/binary-types';
import { selfDescription } from './self-description';
import { visibleClassOf } from './visible-class';

const MAX_DEPTH = 200;

type Label = string | number | symbol;

/**
 * Writes arguments as one text. Each kind of value begins with its own letter, and texts with their length, so that two
 * values never give the same text. It remembers where it is, for the message of an error.
 */
export class KeyText {
  private readonly ancestors: object[] = [];
  private readonly labels: Label[] = [];

  ofArguments(parts: readonly unknown[]): string {
    let text = '[';
    for (let at = 0; at < parts.length; at++) text += `${this.member(at, parts[at])},`;
    return `${text}]`;
  }

  /** Where the value stands that is being written, such as `argument 1.where.age`. */
  get path(): string {
    const [first, ...more] = this.labels;
    const steps = more.map((label) => (typeof label === 'string' ? `.${label}` : `[${String(label)}]`));
    return `argument ${Number(first ?? 0) + 1}${steps.join('')}`;
  }

  private member(label: Label, value: unknown): string {
    this.labels[this.ancestors.length] = label;
    return this.of(value);
  }

  private of(value: unknown): string {
    switch (typeof value) {
      case 'string':
        return quoted(value);
      case 'number':
        return Object.is(value, -0) ? 'n-0' : `n${value}`;
      case 'bigint':
        return `i${value}`;
      case 'boolean':
        return value ? 't' : 'f';
      case 'undefined':
        return 'u';
      case 'symbol':
        return this.symbol(value);
      case 'object':
        return value === null ? '0' : this.nested(value);
      default:
        return this.refuse(`a ${typeof value}`);
    }
  }

  private nested(value: object): string {
    const { ancestors } = this;
    if (ancestors.includes(value)) this.refuse('a reference to an object it is inside of');
    if (ancestors.length >= MAX_DEPTH) this.refuse(`more than ${MAX_DEPTH} levels`);
    // It shows what its handler likes to show, now and later.
    if (types.isProxy(value)) this.refuse('a Proxy');
    ancestors.push(value);
    const text = this.object(value);
    ancestors.pop();
    this.labels.length = ancestors.length + 1;
    return text;
  }

  private object(value: object): string {
    if (Array.isArray(value)) return this.array(value);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype && typeof (value as { toJSON?: unknown }).toJSON !== 'function') {
      return `o${this.fields(value, Object.getOwnPropertyNames(value))}`;
    }
    return this.builtIn(value) ?? this.describedByItself(value) ?? this.instance(value);
  }

  private array(value: readonly unknown[]): string {
    const names = Object.getOwnPropertyNames(value);
    // One name is `length`. Neither holes nor properties beside the items, and so no need to look each of them up.
    const dense = names.length === value.length + 1;
    const items = value.every(isPlainNumber) && dense ? `N${value.join()}` : this.items(value, dense);
    return `[${items}]${this.className(value, 'Array')}${this.fields(value, dense ? [] : names.filter(isNoIndex))}`;
  }

  private items(value: readonly unknown[], dense: boolean): string {
    let text = '';
    for (let at = 0; at < value.length; at++) {
      text += dense || Object.hasOwn(value, at) ? `${this.member(at, value[at])},` : 'h,';
    }
    return text;
  }

  /** Built-in objects whose content their methods show in full. */
  private builtIn(value: object): string | undefined {
    if (types.isDate(value)) return this.extended(value, 'Date', `d${value.getTime()}`);
    if (types.isMap(value)) {
      const entries = Array.from(
        value,
        ([key, item]) => `${this.member('<key>', key)}:${this.member('<value>', item)}`,
      );
      return this.extended(value, 'Map', `M{${entries.toSorted().join()}}`);
    }
    if (types.isSet(value)) {
      const items = Array.from(value, (item) => this.member('<item>', item));
      return this.extended(value, 'Set', `S{${items.toSorted().join()}}`);
    }
    if (Object.getPrototypeOf(value) === URLSearchParams.prototype) return `q${quoted(String(value))}`;
    const binary = binaryTypeOf(value);
    if (binary !== undefined) return this.binary(value as NodeJS.TypedArray, binary);
    if (types.isRegExp(value)) return this.extended(value, 'RegExp', `r${quoted(String(value))}`);
    if (types.isBoxedPrimitive(value)) {
      const primitive: unknown = value.valueOf();
      const name = `${(typeof primitive)[0]!.toUpperCase()}${(typeof primitive).slice(1)}`;
      const names = Object.getOwnPropertyNames(value).filter(
        (key) => typeof primitive !== 'string' || (isNoIndex(key) && key !== 'length'),
      );
      return `p${this.of(primitive)}${this.className(value, name)}${this.fields(value, names)}`;
    }
    return undefined;
  }

  private binary(value: NodeJS.TypedArray, type: string): string {
    const { buffer, byteOffset, byteLength, length } = value;
    const bytes = Buffer.from(buffer, byteOffset, byteLength).toString('base64');
    const names = Object.getOwnPropertyNames(value);
    const fields = this.fields(value, names.length === length ? [] : names.filter(isNoIndex));
    const name = Object.getPrototypeOf(value) === Buffer.prototype ? '' : this.className(value, type);
    return `b${type}(${bytes})${name}${fields}`;
  }

  /** The text of a built-in object, with its class if that is derived, and what has been added to it. */
  private extended(value: object, builtIn: string, text: string): string {
    return `${text}${this.className(value, builtIn)}${this.fields(value, Object.getOwnPropertyNames(value))}`;
  }

  private describedByItself(value: object): string | undefined {
    const said = selfDescription(value);
    if (said === undefined) return undefined;
    const { text, data, name } = said;
    // A `toJSON` that returns its own object adds nothing to what can be seen of it.
    if (data === value) return this.instance(value);
    if (data === undefined || data === null) this.refuse(`an instance of ${name}, which says nothing of itself`);
    return `j${quoted(name)}${quoted(text)}${this.member(`${text}()`, data)}`;
  }

  private instance(value: object): string {
    return `c${this.className(value, 'Object')}${this.fields(value, Object.getOwnPropertyNames(value))}`;
  }

  /** The name of a class whose instances show all they hold; empty for the built-in class itself. */
  private className(value: object, builtIn: string): string {
    const prototype: object | null = Object.getPrototypeOf(value);
    if (prototype === null) return 'N';
    const seen = visibleClassOf(prototype);
    if (seen.problem !== undefined) this.refuse(`an instance of ${seen.name}, ${seen.problem}`);
    if (seen.builtIn !== builtIn) this.refuse(`an instance of ${seen.name}`);
    return seen.name === builtIn ? '' : quoted(seen.name);
  }

  private fields(value: object, names: readonly string[]): string {
    const symbols = Object.getOwnPropertySymbols(value);
    if (names.length === 0 && symbols.length === 0) return '{}';
    const sorted = names.length > 1 ? names.toSorted() : names;
    let text = '{';
    for (const name of sorted) text += `${quoted(name)}:${this.field(value, name)},`;
    if (symbols.length > 0) text += this.symbolFields(value, symbols);
    return `${text}}`;
  }

  private symbolFields(value: object, symbols: readonly symbol[]): string {
    return symbols
      .map((symbol) => {
        this.labels[this.ancestors.length] = symbol;
        return `${this.symbol(symbol)}:${this.field(value, symbol)}`;
      })
      .toSorted()
      .join();
  }

  private field(value: object, name: string | symbol): string {
    this.labels[this.ancestors.length] = name;
    const property = Object.getOwnPropertyDescriptor(value, name)!;
    if (property.get !== undefined || property.set !== undefined) this.refuse('an accessor');
    return this.of(property.value);
  }

  /** Only a symbol that every process finds by its name: others are alike in all but identity. */
  private symbol(value: symbol): string {
    const name = Symbol.keyFor(value);
    if (name !== undefined) return `s${quoted(name)}`;
    if (WELL_KNOWN.has(value)) return `w${quoted(String(value))}`;
    return this.refuse('a symbol that Symbol.for() does not give');
  }

  private refuse(problem: string): never {
    throw new CacheKeyError(`${problem} (${this.path})`);
  }
}

const WELL_KNOWN: ReadonlySet<unknown> = new Set(
  Object.getOwnPropertyNames(Symbol).map((name) => Symbol[name as keyof SymbolConstructor] as unknown),
);

/** Whether joining the items writes it in full, which is the fast way for a list of ids. */
function isPlainNumber(item: unknown): boolean {
  return typeof item === 'number' && !Object.is(item, -0);
}

const INDEX = /^(?:0|[1-9]\d*|length)$/;

function isNoIndex(name: string): boolean {
  return !INDEX.test(name);
}

/** Unlike UTF-8, JSON keeps half a surrogate pair, so that two texts that hold different halves stay two. */
function quoted(text: string): string {
  return text.isWellFormed() ? `${text.length}"${text}` : `!${JSON.stringify(text)}`;
}
