import { SetMetadata } from '@nestjs/common';

export const COUNTED = 'monitoring:counted';

export interface CountedOptions {
  /**
   * Name of the counter; `_total` should end it. Methods with the same name share it. By default `method_calls_total`.
   */
  readonly name?: string;
  readonly help?: string;
}

/** Counts every call of the method when it is over, labelled with class, method and result (`success`, `error`). */
export const Counted = (options: CountedOptions = {}) => SetMetadata(COUNTED, options);
