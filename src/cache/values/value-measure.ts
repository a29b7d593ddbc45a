import { types } from 'node:util';
import { stringBytes } from '../../common/own-string';
import { binaryTypeOf } from './binary-types';
import { nameBytes } from './property-names';
import {
  ARRAY_BYTES,
  BIGINT_BYTES,
  BINARY_BYTES,
  collectionBytes,
  DATE_BYTES,
  FIELD_BYTES,
  numberBytes,
  OBJECT_BYTES,
} from './value-size';

export interface Measured {
  bytes: number;
  /** It holds what cannot be frozen. */
  copies: boolean;
}

/** Adds up what a value of plain data takes on the heap. */
export function measure(value: unknown, into: Measured): void {
  if (typeof value === 'string') into.bytes += stringBytes(value);
  else if (typeof value === 'number') into.bytes += numberBytes(value);
  else if (typeof value === 'bigint') into.bytes += BIGINT_BYTES;
  else if (typeof value === 'object' && value !== null) measureObject(value, into);
}

function measureObject(value: object, into: Measured): void {
  if (Array.isArray(value)) {
    into.bytes += ARRAY_BYTES + FIELD_BYTES * value.length;
    for (const item of value) measure(item, into);
    return;
  }
  const shape = Object.getPrototypeOf(value) === Object.prototype ? 0 : builtInBytes(value);
  if (shape > 0) {
    into.copies = true;
    into.bytes += shape;
    if (types.isMap(value)) for (const pair of value) pair.forEach((item) => measure(item, into));
    if (types.isSet(value)) for (const item of value) measure(item, into);
    return;
  }
  into.bytes += OBJECT_BYTES;
  for (const key in value) {
    into.bytes += FIELD_BYTES + nameBytes(key);
    measure((value as Record<string, unknown>)[key], into);
  }
}

function builtInBytes(value: object): number {
  if (types.isDate(value)) return DATE_BYTES;
  if (types.isMap(value) || types.isSet(value)) return collectionBytes(value);
  return binaryTypeOf(value) === undefined ? 0 : BINARY_BYTES + (value as NodeJS.TypedArray).byteLength;
}
