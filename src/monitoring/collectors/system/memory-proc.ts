import { keyValues } from './key-value-text';
import type { MemoryUsage } from './system-sample';

const KILOBYTE = 1_024;

/** Reads /proc/meminfo; the states add up to the total. */
export function parseMemory(text: string | undefined): MemoryUsage | undefined {
  const values = keyValues(text);
  const bytes = (name: string) => (values.get(name) ?? 0) * KILOBYTE;
  const totalBytes = bytes('MemTotal');
  if (totalBytes === 0) return undefined;
  const free = bytes('MemFree');
  const buffers = bytes('Buffers');
  const cached = bytes('Cached') + bytes('SReclaimable');
  const used = Math.max(0, totalBytes - free - buffers - cached);
  return {
    totalBytes,
    availableBytes: values.has('MemAvailable') ? bytes('MemAvailable') : free + buffers + cached,
    bytesByState: { used, free, buffers, cached },
  };
}
