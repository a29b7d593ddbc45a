import type { Pool } from './pool';
import { PoolUnknownError } from './pools.errors';

/** The pools of one kind: the one that is called after the kind, and the others by name. */
export class PoolsOfKind<P extends Pool> {
  constructor(
    readonly main: P,
    readonly named: readonly P[],
  ) {}

  /** @throws PoolUnknownError */
  get(name: string): P {
    const pool = this.all().find((one) => one.name === name);
    if (pool === undefined) {
      const known = this.all().map((one) => one.name);
      throw new PoolUnknownError(name, known);
    }
    return pool;
  }

  all(): P[] {
    return [this.main, ...this.named];
  }
}
