// What the routes import. Not exported by the package: other applications have copies of their own.
export { type CopyRow, CopyTable } from './copy-table';
export { CopiesJob } from './copies-job';
export { Instance } from './instance';
export { SharedChanges } from './shared-changes';
export { SharedDatabase } from './shared-database';
