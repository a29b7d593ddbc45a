import { type ArgumentMetadata, Injectable, StandardSchemaValidationPipe } from '@nestjs/common';
import type { InputPlace } from './input-problem';
import { InvalidRequestError } from './request.errors';
import { listProblems } from './validation-problems';

const PLACES: Readonly<Record<string, InputPlace>> = { body: 'body', query: 'query', param: 'path' };

/** Nest's own pipe with an error that lists each wrong field, what was sent there and what is expected. */
@Injectable()
export class ValidationPipe extends StandardSchemaValidationPipe {
  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    const { schema } = metadata;
    if (!schema || !this.toValidate(metadata)) return value;
    const result = await this.validate<T>(value, schema);
    if (!result.issues) return result.value;
    const place = PLACES[metadata.type] ?? 'header';
    throw new InvalidRequestError(listProblems(place, value, result.issues, { schema, name: metadata.data }));
  }
}
