import type { Tone } from '../panels/panel';

/** Lines without a meaning of their own take these in turn. */
const TURN: readonly Tone[] = ['one', 'two', 'three', 'four', 'quiet', 'warn'];
/** So that colour is never alone: lines differ in their dashes as well. */
const DASHES: Readonly<Partial<Record<Tone, readonly number[]>>> = {
  two: [8, 3],
  three: [3, 3],
  four: [10, 3, 3, 3],
  quiet: [2, 4],
  warn: [6, 2],
};

export const toneAt = (index: number): Tone => TURN[index % TURN.length]!;
export const dashesOf = (tone: Tone): number[] => [...(DASHES[tone] ?? [])];

/** The colour of a tone in the present theme. */
export const colourOf = (tone: Tone): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--line-${tone}`).trim();
