/** What `@Cached()` and `@InvalidatesCache()` stand on. */
export type AsyncMethod = (...args: never[]) => Promise<unknown>;

/** Whether a function with the parameters `Args` can be called with the arguments of `Method`: it may take fewer. */
type CanTake<Args extends readonly unknown[], Method> = Method extends (...args: infer Given) => unknown
  ? ((...args: Args) => unknown) extends (...args: Given) => unknown
    ? true
    : false
  : false;

/** Refuses, where it is added to the type of a decorated method, an option whose parameters are not those of the method. */
export type Fits<Option extends string, Args extends readonly unknown[], Method> =
  CanTake<Args, Method> extends true
    ? unknown
    : { readonly error: `${Option} takes parameters that the method does not have` };
