import { optionalPackage } from '../../common/optional-package';

/** The official client and what our calls are made of, which need it and undici: loaded with the first pool that has a server. */
export const qdrantPackage = optionalPackage('@qdrant/js-client-rest', 'Qdrant', () => {
  const { QdrantClient } = require('@qdrant/js-client-rest') as typeof import('@qdrant/js-client-rest');
  const { QdrantCall } = require('./qdrant-call') as typeof import('./qdrant-call');
  return { QdrantClient, QdrantCall };
});
