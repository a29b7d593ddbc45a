import type { ServerResponse } from 'node:http';
import type { HttpRequest } from './http-request';

/** Counts requests that no route answers: guards, which count all others, never see them. */
export abstract class UnroutedLimit {
  /** @throws DomainError when their sender has sent too many */
  abstract count(request: HttpRequest, response: ServerResponse): Promise<void>;
}
