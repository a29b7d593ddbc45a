import type { IncomingMessage } from 'node:http';
import { parse as parseForm } from 'node:querystring';
import { mediaTypeOf } from '../media-type';
import { BodyTooLargeError, BodyUnreadableError } from './body.errors';
import { readTextBody } from './read-body';

const MAX_FIELDS = 1_000;
const BYTE_ORDER_MARK = /^\uFEFF/;

const PARSERS: Readonly<Record<string, (text: string) => unknown>> = {
  'application/json': parseJson,
  'application/x-www-form-urlencoded': parseFields,
};

/**
 * Reads bodies of JSON and of form fields, for guards to call once a request is let in: of one that is refused nothing
 * is kept, unzipped or parsed.
 */
export class BodyReader {
  /** @param maxBytes the largest body taken, unzipped */
  constructor(private readonly maxBytes: number) {}

  /**
   * What the body says; undefined when it is empty or of another media type, which is left unread.
   * @throws BodyTooLargeError, BodyUnreadableError, BodyEncodingError
   */
  async read(request: IncomingMessage): Promise<unknown> {
    const type = mediaTypeOf(request.headers['content-type']);
    const parse = Object.hasOwn(PARSERS, type) ? PARSERS[type] : undefined;
    if (parse === undefined) return undefined;
    const text = (await readTextBody(request, this.maxBytes)).toString().replace(BYTE_ORDER_MARK, '');
    return text === '' ? undefined : parse(text);
  }
}

function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // The message quotes the body; only the place in it is told.
    throw new BodyUnreadableError(`it is not valid JSON${placeIn((error as Error).message)}`);
  }
  if (typeof value === 'object' && value !== null) return value;
  throw new BodyUnreadableError('JSON has to be an object or an array here');
}

function placeIn(message: string): string {
  const position = /at position (\d{1,10})/.exec(message)?.[1];
  return position === undefined ? '' : ` (at position ${position})`;
}

/** One string for each name, or an array for one that is repeated, as Node's own parser has it. */
function parseFields(text: string): Record<string, unknown> {
  if (text.split('&', MAX_FIELDS + 1).length > MAX_FIELDS) throw new BodyTooLargeError(MAX_FIELDS, 'fields');
  return { ...parseForm(text, '&', '=', { maxKeys: 0 }) };
}
