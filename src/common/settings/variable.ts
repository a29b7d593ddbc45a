import { type Kind, whole } from './kind';

/** The environment variable of a setting, where it is written in another unit or another way than the option. */
export interface Variable<Name extends string = string> {
  readonly name: Name;
  readonly kind: Kind<unknown>;
  /** How many of the option's units one of the variable's is. */
  readonly perUnit?: number;
}

type InUnit = <const Name extends string>(name: Name, min: number, max?: number) => Variable<Name>;

const inUnit =
  (unit: string, perUnit: number): InUnit =>
  (name, min, max) => ({ name, kind: { ...whole(min, max), unit }, perUnit });

/** The option is in ms, the variable in whole seconds. */
export const inSeconds = inUnit('s', 1_000);
/** The option is in ms, the variable in whole hours. */
export const inHours = inUnit('h', 3_600_000);
/** The option is in bytes, the variable in whole MB of 1,048,576. */
export const inMegabytes = inUnit('MB', 1_048_576);
/** The option is a share from 0 to 1, the variable in whole percent. */
export const inPercent = inUnit('%', 1 / 100);
