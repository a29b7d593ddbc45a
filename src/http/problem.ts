import type { ErrorDefinition } from '../common/errors/error-definition';
import type { InputProblem } from './input-problem';

/** What is known of an error when it is about to leave the service. */
export interface Problem {
  readonly definition: ErrorDefinition;
  /** The HTTP status when it is not the definition's, e.g. a rare one of a host application. */
  readonly status?: number;
  /** One sentence about this occurrence that the client may read. */
  readonly detail?: string;
  /** Every part of the request that has to change. */
  readonly errors?: readonly InputProblem[];
  readonly retryAfterSeconds?: number;
}

/** The members of an `application/problem+json` answer (RFC 9457), with `code`, `requestId` and `errors` of our own. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  readonly instance?: string;
  readonly requestId?: string;
  readonly errors?: readonly InputProblem[];
}

/** `type` is `about:blank`: the meaning is in `code`, which docs/errors.md explains. */
export function problemBody(problem: Problem, occurrence: { instance?: string; requestId?: string } = {}): ProblemBody {
  const { code, title, status } = problem.definition;
  return {
    type: 'about:blank',
    title,
    status: problem.status ?? status,
    code,
    ...(problem.detail === undefined ? {} : { detail: problem.detail }),
    ...occurrence,
    ...(problem.errors === undefined ? {} : { errors: problem.errors }),
  };
}
