import { isIP } from 'node:net';
import type { Request } from 'express';

/**
 * The caller's address, as TRUST_PROXY lets Express find it; for IPv6 its /64, which is what one customer is given.
 * A forwarded header that holds no address does not count.
 */
export function clientAddress(request: Request): string {
  const claimed = request.ip ?? '';
  const address = isIP(claimed) === 0 ? (request.socket.remoteAddress ?? 'unknown') : claimed;
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(plain) === 6 && plain !== '::1' ? network64(plain) : plain;
}

function network64(address: string): string {
  const [head = '', tail] = address.split('%', 1)[0]!.toLowerCase().split('::', 2);
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  const groups = [...before, ...zeros, ...after].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
