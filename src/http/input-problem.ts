/** Where in a request something stands. */
export type InputPlace = 'path' | 'query' | 'body' | 'header';

/** One thing in a request that has to change. */
export interface InputProblem {
  readonly in: InputPlace;
  /** The field, with dots into objects and arrays; empty for the whole. */
  readonly field: string;
  /** What is expected or allowed there. */
  readonly message: string;
  /** What was sent, shortened; left out where the name says it is a secret or nothing was sent. */
  readonly value?: string | number | boolean | null | undefined;
}
