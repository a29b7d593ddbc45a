/** Written so that each digit can be read in one way only: `\d+\.?\d*` takes seconds for 40,000 digits and a letter. */
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/** Whether `text` is a decimal number as C and Go write it: `5`, `-1.`, `.5e-3`; no hexadecimal one, no infinity. */
export function isDecimal(text: string): boolean {
  return DECIMAL.test(text);
}
