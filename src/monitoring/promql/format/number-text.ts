/** A value as Prometheus's API writes it: Go's shortest digits, with an exponent below 1e-6 and from 1e21 on. */
export function formatValue(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const text = String(value);
  // JavaScript changes to exponents at the same places, but writes 1e-7 for Go's 1e-07.
  return text.includes('e') ? text.replace(/e([+-])(\d)$/, 'e$10$2') : text;
}

/** A value as Go prints it by default: with an exponent below 1e-4 and from 1e6 on. */
export function formatShort(value: number): string {
  const exponential = /^(-?\d(?:\.\d+)?)e([+-])(\d+)$/.exec(value.toExponential());
  if (!exponential) return formatValue(value);
  const [, digits, sign, power] = exponential;
  if (sign === '+' ? Number(power) < 6 : Number(power) <= 4) return formatValue(value);
  return `${digits}e${sign}${power!.padStart(2, '0')}`;
}

/** A value without an exponent whatever its size, as `count_values` writes it into a label. */
export function formatPlain(value: number): string {
  const text = formatValue(value);
  const parts = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (!parts) return text;
  const [, sign, whole, fraction = '', exponent] = parts;
  const digits = whole! + fraction;
  const power = Number(exponent);
  if (power < 0) return `${sign}0.${'0'.repeat(-power - 1)}${digits}`;
  return sign! + digits + '0'.repeat(power - fraction.length);
}

/** A time in Unix ms as seconds with as many decimals as it has, at most three. */
export function formatSeconds(milliseconds: number): string {
  const whole = Math.trunc(milliseconds / 1_000);
  const rest = Math.abs(milliseconds % 1_000);
  const sign = milliseconds < 0 && whole === 0 ? '-' : '';
  return rest === 0 ? `${sign}${whole}` : `${sign}${whole}.${String(rest).padStart(3, '0')}`;
}
