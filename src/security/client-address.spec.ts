import type { Request } from 'express';
import { clientAddress } from './client-address';

const from = (ip: string | undefined, remoteAddress = '192.0.2.9') =>
  clientAddress({ ip, socket: { remoteAddress } } as Request);

describe('clientAddress', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::1', '::1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::9', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s counts as %s', (ip, address) => expect(from(ip)).toBe(address));

  it.each(['', undefined, 'unknown', '1.2.3.4, 5.6.7.8', '<script>'])('falls back to the socket for %j', (ip) => {
    expect(from(ip)).toBe('192.0.2.9');
  });
});
