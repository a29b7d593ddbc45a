import { type Kind, whole } from './kind';

/** The environment variable of a setting, where it is written in another unit or another way than the option. */
export interface Variable<Name extends string = string> {
  readonly name: Name;
  readonly kind: Kind<unknown>;
  /** The option's value for one of the variable's, where the units differ, and back. */
  readonly toOption?: (value: number) => number;
  readonly fromOption?: (value: number) => number;
  /** It is also read in small letters, which go first: other programs read it so. */
  readonly alsoInSmallLetters?: true;
  /** The default as it is written, where the value itself does not say it. */
  readonly defaultText?: string;
}

type InUnit = <const Name extends string>(name: Name, min: number, max?: number) => Variable<Name>;

const inUnit =
  (unit: string, size: number): InUnit =>
  (name, min, max) => ({
    name,
    kind: { ...whole(min, max), unit },
    toOption: (value) => value * size,
    fromOption: (value) => value / size,
  });

/** The option is in ms, the variable in whole seconds. */
export const inSeconds = inUnit('s', 1_000);
/** The option is in ms, the variable in whole hours. */
export const inHours = inUnit('h', 3_600_000);
/** The option is in bytes, the variable in whole MB of 1,048,576. */
export const inMegabytes = inUnit('MB', 1_048_576);

/** The option is a share from 0 to 1, the variable in whole percent. */
export const inPercent: InUnit = (name, min, max) => ({
  name,
  kind: { ...whole(min, max), unit: '%' },
  toOption: (value) => value / 100,
  fromOption: (value) => Math.round(value * 100),
});
