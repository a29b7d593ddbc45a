import { HttpException } from '@nestjs/common';
import { json, type Request, type RequestHandler, type Response, urlencoded } from 'express';

/**
 * Reads bodies of JSON and of form fields, for guards to call once a request is let in: of one that is refused nothing
 * is kept, unzipped or parsed. The server's request timeout is its deadline.
 */
export class BodyReader {
  private readonly parsers: readonly RequestHandler[];

  /** @param maxBytes largest body, unzipped */
  constructor(maxBytes: number) {
    this.parsers = [json({ limit: maxBytes }), urlencoded({ limit: maxBytes, extended: false })];
  }

  /**
   * Puts the body on the request, if it is of one of these types.
   * @throws HttpException whose cause says what is wrong
   */
  async read(request: Request, response: Response): Promise<void> {
    for (const parse of this.parsers) await parsed(parse, request, response);
  }
}

function parsed(parse: RequestHandler, request: Request, response: Response): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const next = (error?: unknown) => (error === undefined ? resolve() : reject(asHttp(error)));
  void parse(request, response, next);
  return promise;
}

/** As Nest has it of what middleware throws. */
function asHttp(error: unknown): unknown {
  const { status } = error as { readonly status?: unknown };
  if (!(error instanceof Error) || typeof status !== 'number') return error;
  return new HttpException(error.message, status, { cause: error });
}
