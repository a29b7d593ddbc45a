import { formatShort } from '../../monitoring/promql/format/number-text';

/** What `toFixed` and `toExponential` can do. */
const MAX_DIGITS = 100;

/**
 * A number that is not negative as Go's `strconv.FormatFloat` writes it.
 * @param verb `e`, `f`, `g`, or in capitals
 * @param precision `undefined`: of `e` and `f` six digits, of `g` as many as are needed
 */
export function formatFloat(value: number, verb: string, precision: number | undefined): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Infinity) return 'Inf';
  const text = finiteText(value, verb.toLowerCase(), precision);
  return verb === verb.toUpperCase() ? text.toUpperCase() : text;
}

function finiteText(value: number, verb: string, precision: number | undefined): string {
  const digits = Math.min(precision ?? 6, MAX_DIGITS);
  const zeros = '0'.repeat(Math.max(0, (precision ?? 0) - MAX_DIGITS));
  if (verb === 'e') return exponential(value, digits);
  if (verb === 'f') return fixed(value, digits) + zeros;
  if (precision === undefined) return formatShort(value);
  return general(value, Math.max(1, digits));
}

/** `toFixed` changes to an exponent at 1e21. */
const fixed = (value: number, digits: number): string =>
  value < 1e21 ? value.toFixed(digits) : BigInt(value).toString() + (digits > 0 ? `.${'0'.repeat(digits)}` : '');

const exponential = (value: number, digits: number): string =>
  value.toExponential(digits).replace(/e([+-])(\d)$/, 'e$10$2');

/** So many significant digits, without zeros at the end, with an exponent where the number is very large or small. */
function general(value: number, digits: number): string {
  const [mantissa = '', power = '0'] = value.toExponential(digits - 1).split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= digits) {
    return `${withoutZeros(mantissa)}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  return withoutZeros(value.toFixed(Math.min(MAX_DIGITS, Math.max(0, digits - 1 - exponent))));
}

function withoutZeros(text: string): string {
  if (!text.includes('.')) return text;
  let end = text.length;
  while (text[end - 1] === '0') end--;
  return text.slice(0, text[end - 1] === '.' ? end - 1 : end);
}
