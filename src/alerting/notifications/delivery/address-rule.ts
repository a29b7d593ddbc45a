import { lookup as resolve } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { TargetRefusedError } from '../notifications.errors';

/** Networks that are no part of the Internet: this machine, private ones, link-local (metadata of clouds) and the like. */
const PRIVATE = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  PRIVATE.addSubnet(network, prefix, 'ipv4');
}
/** Of IPv6 only 2000::/3 is the Internet; parts of it lead to IPv4 (6to4, Teredo) or nowhere (documentation). */
const GLOBAL_V6 = new BlockList();
GLOBAL_V6.addSubnet('2000::', 3, 'ipv6');
const SPECIAL_V6 = new BlockList();
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
] as const) {
  SPECIAL_V6.addSubnet(network, prefix, 'ipv6');
}

/** Whether an address is of the Internet rather than of a network that only this machine can see. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !PRIVATE.check(address, 'ipv4');
  return GLOBAL_V6.check(address, 'ipv6') && !SPECIAL_V6.check(address, 'ipv6');
}

/** Where notifications may be sent to. */
export class AddressRule {
  /** @param isPublic which addresses count as those of the Internet */
  constructor(
    private readonly allowsPrivate: boolean,
    private readonly isPublic: (address: string) => boolean = isPublicAddress,
  ) {}

  /** For hosts that are written as addresses, which nobody resolves. @throws TargetRefusedError */
  checkHost(host: string): void {
    const address = host.replace(/^\[|\]$/g, '');
    if (isIP(address) !== 0) this.checkAddress(address, host);
  }

  /**
   * Resolves a name for a connection that is about to be made, so that what was checked is what is connected to, however
   * often the name changes its address.
   */
  readonly lookup: LookupFunction = (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return done(error, '');
      try {
        for (const { address } of addresses) this.checkAddress(address, host);
      } catch (refusal) {
        return done(refusal as Error, '');
      }
      if (options.all === true) return done(null, addresses);
      const [first] = addresses;
      done(null, first!.address, first!.family);
    });
  };

  private checkAddress(address: string, host: string): void {
    if (!this.allowsPrivate && !this.isPublic(address)) throw new TargetRefusedError(host);
  }
}
