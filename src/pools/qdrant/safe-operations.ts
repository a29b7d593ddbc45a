import type { QdrantClient } from '@qdrant/js-client-rest';

export type QdrantApi = ReturnType<QdrantClient['api']>;
export type QdrantOperation = keyof QdrantApi;

/** Operations that only read, though they are sent by POST. */
const READ_BY_POST: readonly QdrantOperation[] = [
  'queryPoints',
  'queryBatchPoints',
  'queryPointsGroups',
  'scrollPoints',
  'countPoints',
  'getPoints',
  'facet',
  'searchMatrixPairs',
  'searchMatrixOffsets',
];

/** Operations sent by PUT or DELETE: doing them twice has the effect of doing them once. */
const IDEMPOTENT: readonly QdrantOperation[] = [
  'upsertPoints',
  'updateVectors',
  'overwritePayload',
  'createCollection',
  'deleteCollection',
  'createFieldIndex',
  'deleteFieldIndex',
  'deleteSnapshot',
];

/** Operations sent by GET begin like this. */
const READ_BY_GET =
  /^(root|telemetry|metrics|healthz|livez|readyz|facet|clusterStatus|clusterTelemetry|collection(Exists|ClusterInfo)|(get|list)[A-Z])/;
const SAFE: ReadonlySet<string> = new Set([...READ_BY_POST, ...IDEMPOTENT]);

/** Whether an operation of the Qdrant API may be repeated without doing more than once. */
export const isIdempotent = (operation: string): boolean => SAFE.has(operation) || READ_BY_GET.test(operation);
