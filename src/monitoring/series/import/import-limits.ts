import { lengthProblem } from '../../../common/text-limit';

/** What imports may measure, in characters; docs/metrics.md lists them. */
export const IMPORT_LIMITS = {
  lineBytes: 65_536,
  metricName: 200,
  labels: 32,
  labelName: 128,
  labelValue: 1_024,
  help: 1_024,
  unit: 64,
} as const;

/** A series or a description that is larger than imports may be; the message names what, how long it is and the limit. */
export class ImportLimitError extends Error {}

/** @throws ImportLimitError */
export function checkLength(field: string, text: string, maxLength: number): void {
  const problem = lengthProblem(field, text, maxLength);
  if (problem !== undefined) throw new ImportLimitError(problem);
}
