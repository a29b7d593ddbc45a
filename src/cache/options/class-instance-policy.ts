import { oneOf } from './option-checks';

/** What happens to an instance of a class inside a value: its data is kept, it is refused, or it is kept as it is (in memory only). */
export type ClassInstances = 'plain' | 'reject' | 'reference';

export const CLASS_INSTANCES = oneOf('plain', 'reject', 'reference');
