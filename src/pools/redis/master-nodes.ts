import type { Cluster, Redis } from 'ioredis';

/** Each server that holds a part of the keys, the only one where there is no cluster: SCAN and SCRIPT see only their own. */
export function masterNodes(client: Redis | Cluster): readonly Redis[] {
  return client.isCluster ? (client as Cluster).nodes('master') : [client as Redis];
}
