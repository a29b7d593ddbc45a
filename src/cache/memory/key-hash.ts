/** A hash of the whole key: 32 bits with a sign, never 0. FNV-1a, then the last steps of MurmurHash3, so that all bits count. */
export function keyHash(key: string): number {
  let hash = 0x811c_9dc5 | 0;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x0100_0193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return hash ^ (hash >>> 16) || 1;
}
