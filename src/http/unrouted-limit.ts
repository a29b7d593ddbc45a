import type { Response } from 'express';
import type { DoorRequest } from './http-request';

/** Counts requests that no route answers: guards, which count all others, never see them. */
export abstract class StrayLimit {
  /** @throws DomainError when their sender has sent too many */
  abstract count(request: DoorRequest, response: Response): Promise<void>;
}
