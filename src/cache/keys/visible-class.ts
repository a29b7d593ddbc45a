import { thisHandedOn } from './this-handed-on';

/** What the code of a class tells about its instances. */
interface VisibleClass {
  readonly name: string;
  /** The built-in class that it extends in the end: `Object`, `Map` … */
  readonly builtIn: string;
  /** Why an instance may hold what its properties do not show. */
  readonly problem?: string;
}

const known = new WeakMap<object, VisibleClass>();

/** Reads the code of a class once: no other way shows whether it has private fields, or keeps state beside its instances. */
export function visibleClassOf(prototype: object): VisibleClass {
  const before = known.get(prototype);
  if (before !== undefined) return before;
  const found = examine(prototype);
  known.set(prototype, found);
  return found;
}

function examine(prototype: object): VisibleClass {
  const owner: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  if (typeof owner !== 'function' || owner.prototype !== prototype) return unnamed('an object made of another one');
  const name: unknown = Object.getOwnPropertyDescriptor(owner, 'name')?.value;
  if (typeof name !== 'string' || name === '') return unnamed('a class without a name');
  const code = codeOf(owner);
  if (NATIVE.test(code)) return { name, builtIn: name };
  const parent: object | null = Object.getPrototypeOf(prototype);
  if (parent === null) return { name, builtIn: '', problem: 'which is no object like others' };
  const above = visibleClassOf(parent);
  const problem = problemOf(prototype, code) ?? above.problem;
  return problem === undefined ? { name, builtIn: above.builtIn } : { name, builtIn: above.builtIn, problem };
}

function unnamed(problem: string): VisibleClass {
  return { name: 'an unnamed class', builtIn: '', problem: `which is ${problem}` };
}

const NATIVE = /\{\s*\[native code\]\s*\}\s*$/;
const PRIVATE_FIELD = /\.\s*#[^\s"'`]/;
/** Calls that put what they are given into properties, where it can be seen, or only read. */
const HARMLESS =
  /^(?:Object\.\w+|Reflect\.\w+|JSON\.stringify|structuredClone|_?_?defineProperty|String|Boolean|if|while|switch|return)$/;

function problemOf(prototype: object, code: string): string | undefined {
  for (const part of [code, ...methodsOf(prototype, code)]) {
    if (part === undefined) return 'whose prototype holds data';
    if (NATIVE.test(part)) return 'whose methods are bound, so that their code cannot be read';
    if (PRIVATE_FIELD.test(part)) return 'which has private fields';
    // That code may keep state by it, as in a WeakMap.
    for (const callee of thisHandedOn(part)) {
      if (callee === undefined || !HARMLESS.test(callee)) return 'which may keep state outside of its properties';
    }
  }
  return undefined;
}

/** The code of the methods and accessors that are not part of the class's own; undefined for what is no function. */
function methodsOf(prototype: object, code: string): readonly (string | undefined)[] {
  const parts: (string | undefined)[] = [];
  for (const key of Reflect.ownKeys(prototype)) {
    if (key === 'constructor' || key === Symbol.toStringTag) continue;
    const { value, get, set } = Object.getOwnPropertyDescriptor(prototype, key)! as PropertyDescriptor;
    const functions: readonly unknown[] = [value, get, set].filter((part) => part !== undefined);
    for (const part of functions) {
      const text = typeof part === 'function' ? codeOf(part) : undefined;
      if (text === undefined || !code.includes(text)) parts.push(text);
    }
  }
  return parts;
}

// A class may have a static method of that name.
function codeOf(part: unknown): string {
  return Function.prototype.toString.call(part);
}
