import { optionalPackage } from '../../common/optional-package';

/** What sends requests, loaded with the first of them. */
export const undiciPackage = optionalPackage('undici', 'HTTP', () => require('undici') as typeof import('undici'));
