import { oneOf } from './option-checks';

/** What happens to an instance of a class inside a value: its data only, an error, or kept as it is (memory only). */
export type ClassInstances = 'plain' | 'reject' | 'reference';

export const CLASS_INSTANCES = oneOf('plain', 'reject', 'reference');
