import { type Kind, kindOf } from '../common/settings/kind';

const NAME = /^\.?[a-z0-9](?:[a-z0-9-]{0,62})(?:\.[a-z0-9][a-z0-9-]{0,62}){0,20}$/i;

/** Names under which the service may be reached; with a dot in front, every name below. */
export const ALLOWED_HOSTS: Kind<readonly string[]> = kindOf(
  'names of hosts without ports, such as metrics.example.com,.example.org',
  (names) =>
    Array.isArray(names) && names.length > 0 && names.every((name) => typeof name === 'string' && NAME.test(name)),
  (text) => text.split(',').flatMap((name) => name.trim() || []),
);
