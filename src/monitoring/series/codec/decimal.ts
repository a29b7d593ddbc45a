import { MAX_INTEGER } from './integer-codec';

/** Powers of ten that are exact doubles. */
const POWERS = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);
const MAX_EXPONENT = 15;

/**
 * The whole number that, divided by 10^exponent, gives exactly `value` again, bit for bit; `undefined` if there is
 * none. As in ALP (Afroozeh, Kuffo and Boncz, 2023), but with one division, which rounds correctly, to come back.
 */
export function scaledInteger(value: number, exponent: number): number | undefined {
  const scaled = Math.round(value * POWERS[exponent]!);
  // The last test refuses -0 and what rounded to it.
  if (fromScaled(scaled, exponent) !== value || Math.abs(scaled) > MAX_INTEGER) return undefined;
  return Object.is(scaled, -0) ? undefined : scaled;
}

export const fromScaled = (scaled: number, exponent: number) => scaled / POWERS[exponent]!;

/** The least exponent from `start` on that makes `value` whole; `undefined` if none does. */
export function decimalExponent(value: number, start: number): number | undefined {
  for (let exponent = start; exponent <= MAX_EXPONENT; exponent++) {
    if (scaledInteger(value, exponent) !== undefined) return exponent;
  }
  return undefined;
}
