// GET of the routes that the OpenAPI document has, with the answers it says.
import { get } from './client';
import type { paths } from './openapi';

type Answers = {
  [
    P in keyof paths as paths[P] extends { get: { responses: { 200: { content: { 'application/json': unknown } } } } }
      ? P
      : never
  ]: paths[P] extends { get: { responses: { 200: { content: { 'application/json': infer T } } } } } ? T : never;
};
export type Readable = keyof Answers & `/performance/${string}`;
export type Answer<P extends keyof Answers> = Answers[P];

export interface Fill {
  /** What stands for the `{names}` of the path. */
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Relative to the page, which lies in `…/performance/`, so that it is right behind any prefix. */
export function addressOf(route: Readable, { path = {}, query = {} }: Fill = {}): string {
  const filled = route
    .replace('/performance/', '')
    .replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? ''));
  const asked = new URLSearchParams(query).toString();
  return asked === '' ? filled : `${filled}?${asked}`;
}

export const read = <P extends Readable>(route: P, fill: Fill = {}): Promise<Answer<P>> =>
  get<Answer<P>>(addressOf(route, fill), fill.signal);
