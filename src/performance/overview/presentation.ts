/** What the overview and the dashboard say of the application they are part of. */
export interface Presentation {
  /** What it is called. Default `performance-gateway`. */
  readonly name: string;
  /** Where its API is described: a path from its root, such as `/docs`, or a URL. Without it nothing links there. */
  readonly docs: string | undefined;
}

/** The injection token of the presentation. */
export const PRESENTATION = Symbol('how the application is presented');

export function presentationOf({ name = 'performance-gateway', docs }: Partial<Presentation>): Presentation {
  return { name, docs };
}
