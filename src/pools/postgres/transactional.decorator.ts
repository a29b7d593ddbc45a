import { Inject } from '@nestjs/common';
import { copyMetadata } from '../../common/method-metadata';
import { Pools } from '../pools.service';
import { PostgresUsageError } from './postgres.errors';
import type { TransactionOptions } from './transaction.options';

export interface TransactionalOptions extends TransactionOptions {
  /** The name of the pool; left out: the one without a name. */
  readonly pool?: string | undefined;
}

/** The property by which an instance knows its pools; Nest sets it when it makes the instance. */
const POOLS = Symbol('pools of @Transactional()');

type Instance = { readonly [POOLS]?: Pools };
type Method = (this: Instance, ...parameters: never[]) => Promise<unknown>;

/**
 * Runs each call of a method of a provider or controller in `pools.postgres.transaction()`: all that it awaits is
 * committed when its promise resolves, and rolled back when it rejects. Inside another one it is nested by a savepoint.
 */
export function Transactional({ pool, ...options }: TransactionalOptions = {}) {
  return <T extends Method>(target: object, name: string | symbol, descriptor: TypedPropertyDescriptor<T>): void => {
    const method = descriptor.value;
    if (typeof target === 'function' || method === undefined) {
      throw new PostgresUsageError(`@Transactional() on ${String(name)}`, 'it belongs on a method of an instance');
    }
    Inject(Pools)(target, POOLS);
    const transactional = function (this: Instance, ...parameters: never[]): Promise<unknown> {
      const pools = this[POOLS];
      if (pools === undefined) return Promise.reject(new PostgresUsageError(`${String(name)}()`, NOT_OF_NEST));
      const postgres = pool === undefined ? pools.postgres : pools.postgres(pool);
      return postgres.transaction(() => method.apply(this, parameters), options);
    };
    Object.defineProperty(transactional, 'name', { value: method.name });
    copyMetadata(method, transactional);
    descriptor.value = transactional as T;
  };
}

const NOT_OF_NEST =
  'it is @Transactional(), and its instance has no pools: those get them that Nest makes of a class (not a factory), with ' +
  'PoolsModule imported';
