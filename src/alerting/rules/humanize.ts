import { goPrintf } from '../template/go-printf';

// Numbers as Prometheus's templates write them for people.

const LARGE = ['', 'k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];
const SMALL = ['', 'm', 'u', 'n', 'p', 'f', 'a', 'z', 'y'];
const BINARY = ['', 'ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi'];

const short = (value: number) => goPrintf('%.4g', [value]);

/** With SI prefixes: `1.049M`. */
export function humanize(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return short(value);
  return Math.abs(value) >= 1 ? scaled(value, LARGE, 1_000) : shrunk(value);
}

/** With binary prefixes: `1Mi`. */
export function humanize1024(value: number): string {
  if (Math.abs(value) <= 1 || !Number.isFinite(value)) return short(value);
  return scaled(value, BINARY, 1_024);
}

/** Seconds as days to seconds: `1h 2m 3s`. */
export function humanizeDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return short(seconds);
  if (seconds === 0) return '0s';
  if (Math.abs(seconds) < 1) return `${shrunk(seconds)}s`;
  const sign = seconds < 0 ? '-' : '';
  const all = Math.abs(seconds);
  const whole = Math.trunc(all);
  const days = Math.floor(whole / 86_400);
  const parts = [Math.floor(whole / 3_600) % 24, Math.floor(whole / 60) % 60, whole % 60] as const;
  if (days > 0) return `${sign}${days}d ${parts[0]}h ${parts[1]}m ${parts[2]}s`;
  if (parts[0] > 0) return `${sign}${parts[0]}h ${parts[1]}m ${parts[2]}s`;
  if (parts[1] > 0) return `${sign}${parts[1]}m ${parts[2]}s`;
  return `${sign}${short(all)}s`;
}

/** A ratio in percent. */
export const humanizePercentage = (ratio: number): string => `${short(ratio * 100)}%`;

/** Unix seconds as Go writes a time in UTC. */
export function humanizeTimestamp(seconds: number): string {
  if (!Number.isFinite(seconds)) return short(seconds);
  return goTimeText(Math.trunc(seconds * 1_000));
}

/** A time (Unix ms) as Go's `String` writes it. @throws RangeError for a time that no date can hold */
export function goTimeText(timeMs: number): string {
  const [date, time] = new Date(timeMs).toISOString().split('T') as [string, string];
  const [clock, fraction] = time.slice(0, -1).split('.') as [string, string];
  const digits = fraction.replace(/0{1,3}$/, '');
  return `${date} ${clock}${digits === '' ? '' : `.${digits}`} +0000 UTC`;
}

function scaled(value: number, prefixes: readonly string[], base: number): string {
  let index = 0;
  let rest = value;
  while (Math.abs(rest) >= base && index < prefixes.length - 1) {
    rest /= base;
    index++;
  }
  return short(rest) + prefixes[index]!;
}

function shrunk(value: number): string {
  let index = 0;
  let rest = value;
  while (Math.abs(rest) < 1 && index < SMALL.length - 1) {
    rest *= 1_000;
    index++;
  }
  return short(rest) + SMALL[index]!;
}
