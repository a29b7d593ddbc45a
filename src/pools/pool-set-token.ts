/** The pools that the options name; by itself, so that who only injects `Pools` does not load them. */
export const POOL_SET = Symbol('POOL_SET');
