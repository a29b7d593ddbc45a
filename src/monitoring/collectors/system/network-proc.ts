import type { NetworkIo } from './system-sample';

/** Ends of containers' cables; there can be thousands, and their traffic passes a real interface too. */
const VIRTUAL = /^(veth|cali|lxc|tap|ifb|dummy)/;
const MAX_INTERFACES = 64;

/** Reads /proc/net/dev: the interfaces that this process's network has, without loopback. */
export function parseNetworks(text: string | undefined): NetworkIo[] {
  const networks: NetworkIo[] = [];
  for (const line of (text ?? '').split('\n').slice(2)) {
    const colon = line.lastIndexOf(':');
    if (colon < 0 || networks.length >= MAX_INTERFACES) continue;
    const device = line.slice(0, colon).trim();
    if (device === 'lo' || VIRTUAL.test(device)) continue;
    const fields = line
      .slice(colon + 1)
      .trim()
      .split(/\s+/)
      .map(Number);
    networks.push({
      device,
      receivedBytes: fields[0] ?? 0,
      receiveErrors: fields[2] ?? 0,
      receiveDrops: fields[3] ?? 0,
      sentBytes: fields[8] ?? 0,
      sendErrors: fields[10] ?? 0,
      sendDrops: fields[11] ?? 0,
    });
  }
  return networks;
}
