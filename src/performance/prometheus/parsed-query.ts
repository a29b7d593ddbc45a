import { parseExpression, PromqlBadDataError, PromqlParseError } from '../../monitoring/internal';
import type { PrometheusRequest } from './prometheus-parameters';

/** The expression in the parameter `query`. @throws PromqlBadDataError */
export function parsedQuery(request: PrometheusRequest): ReturnType<typeof parseExpression> {
  try {
    return parseExpression(request.text('query'));
  } catch (error) {
    if (!(error instanceof PromqlParseError)) throw error;
    throw new PromqlBadDataError(`invalid parameter "query": ${error.message}`, { cause: error });
  }
}
