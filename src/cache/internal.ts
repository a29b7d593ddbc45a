// What the routes of the cache need besides `index.ts`. Not exported by the package: it looks at the entries of every
// namespace and shows how they are kept, which may change from one version to the next.
export type { HotKey } from './hot/hot-keys';
export { CacheInspection } from './inspect/cache-inspection';
export type { EntryFacts, EntryPage } from './inspect/entry-facts';
export { NAMESPACE_PATTERN } from './namespace/namespace-name';
export { hitRate } from './stats/cache-stats';
