/** A segment that names a route and not a record, as far as can be told: no id, no token. */
const NAME = /^[a-z][a-z_.-]{0,39}\d?$/i;
/** What stands before the name of a route in many APIs. */
const PREFIX = /^(?:api|v\d{1,3})$/i;

/**
 * The default route group of a request: the method and the first segment of the path, `api` and a version before it
 * included, as in `GET /api/v1/orders`. What may be an id or a secret is written as `:id`, so the group can be shown.
 */
export function routeOf(method: string, path: string): string {
  const [all = ''] = path.split(/[?#]/, 1);
  let group = `${method} `;
  for (const segment of all.split('/', 4).slice(1)) {
    const isPrefix = PREFIX.test(segment);
    group += `/${isPrefix || segment === '' || NAME.test(segment) ? segment : ':id'}`;
    if (!isPrefix) break;
  }
  return group;
}
