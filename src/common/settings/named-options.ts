import type { Kind } from './kind';
import type { NamedOptions, SettingsTable } from './setting';

const NAME = /^[a-z][a-z0-9]{0,19}(-[a-z0-9]{1,20}){0,2}$/;
const ALLOWED = 'called by names of small letters and digits, with dashes in between, that begin with a letter';

/** The options themselves are checked with the table they are in. */
export function namedOptions<const Table extends SettingsTable>(each: Table): NamedOptions<Table> {
  return {
    each,
    refuse(value) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        return { allowed: 'an object of names with their options' };
      }
      const wrong = Object.keys(value).find((name) => !NAME.test(name));
      return wrong === undefined ? undefined : { allowed: ALLOWED, part: { at: '', value: wrong } };
    },
    read: (text) => text,
  };
}

/** `reports,audit`, as one variable holds the names; the options of each have variables of their own. */
export const NAMES_IN_ONE_TEXT: Kind<unknown> = {
  refuse: (names) => namedOptions({}).refuse(names),
  read: (text) => Object.fromEntries(text.split(',').flatMap((name) => (name.trim() ? [[name.trim(), {}]] : []))),
};

export const isNamedOptions = (kind: Kind<unknown>): kind is NamedOptions<SettingsTable> => 'each' in kind;

/** The variable of an option of one that has a name: `POSTGRES_URL` of `reports` is `POSTGRES_REPORTS_URL`. */
export function variableOfNamed(variable: string, name: string): string {
  return variable.replace('_', `_${name.toUpperCase().replaceAll('-', '_')}_`);
}
