import { DomainError } from '../errors/domain-error';
import { defineError } from '../errors/error-definition';

const OPTIONS_INVALID = defineError('OPTIONS_INVALID', {
  status: 500,
  title: 'The options of a module are not what they have to be',
  remedy: 'Correct the options the message names, where the module is imported.',
});

/** Options of a module that cannot be right, all of them at once; nothing is started. Secret values stay out. */
export class ModuleOptionsError extends DomainError {
  constructor(
    /** What was called: `PoolsModule.forRoot()`. */
    readonly place: string,
    /** One sentence each: the path of the option, what it must be, and what it is. */
    readonly problems: readonly string[],
  ) {
    super(OPTIONS_INVALID, problemsAt(place, problems));
  }
}

/** One problem is a sentence, several are a list. */
export function problemsAt(place: string, problems: readonly string[]): string {
  if (problems.length === 1) return `${place}: ${problems[0]}`;
  return `${place} has ${problems.length} problems:\n${problems.map((problem) => `  ${problem}`).join('\n')}`;
}

const MODULE_IMPORT_INVALID = defineError('MODULE_IMPORT_INVALID', {
  status: 500,
  title: 'A module is imported twice, without its options, or without another that it needs',
  remedy: 'Write what the message says into the imports.',
});

/** Modules are not imported as they have to be; the message says what to write. Nothing is started. */
export class ModuleImportError extends DomainError {
  constructor(message: string) {
    super(MODULE_IMPORT_INVALID, message);
  }
}
