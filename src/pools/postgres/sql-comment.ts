import { currentRequest } from '../../common/request-context';

/** What is said of a statement in its comment, by name; undefined values are left out. */
export type SqlTags = Readonly<Record<string, string | undefined>>;

/** Asked in the context of the code that sends a statement. */
export type SqlTagsFunction = () => SqlTags | undefined;

/** The trace of the request that the code runs for, as W3C Trace Context writes it. */
export const traceOfRequest: SqlTagsFunction = () => {
  const trace = currentRequest()?.trace;
  if (trace === undefined) return undefined;
  return { traceparent: `00-${trace.traceId}-${trace.parentId}-${trace.sampled ? '01' : '00'}` };
};

/** The tags as a comment in the form of sqlcommenter: sorted, encoded, quoted; empty where there are none. */
export function sqlComment(tags: SqlTags | undefined): string {
  const pairs = Object.entries(tags ?? {}).filter((pair): pair is [string, string] => pair[1] !== undefined);
  if (pairs.length === 0) return '';
  const written = pairs.map(([name, value]) => `${encoded(name)}='${encoded(value)}'`);
  return `/*${written.toSorted().join(',')}*/`;
}

/** No quote and no slash is left, so nothing can end the text or the comment. */
const encoded = (text: string): string => encodeURIComponent(text.toWellFormed()).replaceAll("'", '%27');

/** Whether a comment may be added: where there is one already it stays the only one, as sqlcommenter says. */
export const takesComment = (text: string): boolean => !text.includes('/*') && !text.includes('--');
