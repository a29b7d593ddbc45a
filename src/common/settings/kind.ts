/** What a value has to be instead, in words that follow "must be" or "expected". */
export interface Refusal {
  readonly allowed: string;
  /** Which part of the value is wrong, as in `.users` or `[0]`, and what it is; nothing: the whole. */
  readonly part?: { readonly at: string; readonly value: unknown };
}

/** What values a setting may have, and how one is read from the text of an environment variable. */
export interface Kind<T> {
  /** undefined: the value is allowed. */
  readonly refuse: (value: unknown) => Refusal | undefined;
  /** The value a text stands for; what cannot be read comes back as it is, or as a refusal in words of its own. */
  readonly read: (text: string) => unknown;
  /** What a number counts: `ms`, `MB`. */
  readonly unit?: string;
  /** The value may hold a password: no message shows it. */
  readonly secret?: boolean;
  /** An empty text is as good as none: that is what an empty variable comes in as. */
  readonly emptyIsNone?: boolean;
  /** For the compiler only: the type of the value. */
  readonly valueType?: T;
}

/** A text that cannot be read, and what it should have been. */
export class UnreadableText {
  constructor(readonly allowed: string) {}
}

export function kindOf<T>(
  allowed: string,
  test: (value: unknown) => boolean,
  read: (text: string) => unknown = (text) => text,
): Kind<T> {
  return { refuse: (value) => (test(value) ? undefined : { allowed }), read };
}

/** The longest time a timer of Node can wait, and the largest count that is of any use. */
const MAX_WHOLE = 2_147_483_647;

export function whole(min: number, max = MAX_WHOLE): Kind<number> {
  return kindOf(
    `a whole number from ${min} to ${max}`,
    (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
    numberOf,
  );
}

/** A time in ms that a timer can wait. */
export const milliseconds = (min: number, max?: number): Kind<number> => ({ ...whole(min, max), unit: 'ms' });

/** A number with a fraction; a variable says it in whole steps of its own unit (`inPercent`). */
export function numberBetween(min: number, max: number): Kind<number> {
  return kindOf(
    `a number between ${min} and ${max}`,
    (value) => typeof value === 'number' && value >= min && value <= max,
    numberOf,
  );
}

export const FLAG: Kind<boolean> = kindOf(
  'true or false',
  (value) => typeof value === 'boolean',
  (text) => ({ true: true, '1': true, false: false, '0': false })[text] ?? text,
);

export const TEXT: Kind<string> = kindOf('a text', (value) => typeof value === 'string' && value !== '');

export const textLike = (allowed: string, pattern: RegExp): Kind<string> =>
  kindOf(allowed, (value) => typeof value === 'string' && pattern.test(value));

export const oneOf = <const Names extends readonly string[]>(...names: Names): Kind<Names[number]> =>
  kindOf(`one of ${names.join(', ')}`, (value) => names.includes(value as string));

/** An object in which each of these options may be given. */
export function objectOf<Kinds extends Readonly<Record<string, Kind<unknown>>>>(
  kinds: Kinds,
): Kind<{ readonly [Name in keyof Kinds]?: NonNullable<Kinds[Name]['valueType']> | undefined }> {
  const names = Object.keys(kinds).join(', ');
  return {
    refuse(value) {
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        return { allowed: `an object of ${names}` };
      for (const [name, given] of Object.entries(value)) {
        if (!Object.hasOwn(kinds, name))
          return { allowed: `one of the options ${names}`, part: { at: `.${name}`, value: given } };
        const refusal = given === undefined ? undefined : kinds[name]!.refuse(given);
        if (refusal === undefined) continue;
        const { allowed, part } = refusal;
        return { allowed, part: { at: `.${name}${part?.at ?? ''}`, value: part === undefined ? given : part.value } };
      }
      return undefined;
    },
    read: (text) => text,
    secret: Object.values(kinds).some(({ secret }) => secret === true),
  };
}

/** Also `false`, for what can be switched off. */
export function orFalse<T>(kind: Kind<T>): Kind<T | false> {
  return {
    ...kind,
    refuse(value) {
      const refusal = value === false ? undefined : kind.refuse(value);
      return refusal?.part === undefined && refusal !== undefined
        ? { allowed: `false or ${refusal.allowed}` }
        : refusal;
    },
  };
}

/** A text for which `allowedInstead` names nothing else; the value stays out of messages. */
export function secretText(allowedInstead: (text: string) => string | undefined): Kind<string> {
  return {
    refuse: (value) => {
      const allowed = typeof value === 'string' ? allowedInstead(value) : 'a text';
      return allowed === undefined ? undefined : { allowed };
    },
    read: (text) => text,
    secret: true,
    emptyIsNone: true,
  };
}

function numberOf(text: string): unknown {
  return /^\d{1,10}$/.test(text) ? Number(text) : text;
}
