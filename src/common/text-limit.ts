/** What is wrong with a text of more than `maxLength` characters (UTF-16 code units); `undefined` when it is short enough. */
export function lengthProblem(field: string, text: string, maxLength: number): string | undefined {
  return text.length <= maxLength
    ? undefined
    : `${field} has ${text.length} characters; at most ${maxLength} are taken`;
}
