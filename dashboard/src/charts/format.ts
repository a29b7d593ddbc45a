// Numbers and times as people read them.
import type { Unit } from '../panels/panel';

const NOTHING = '–';

function short(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 100) return value.toFixed(0);
  return size >= 10 ? value.toFixed(1) : String(Number(value.toPrecision(2)));
}

function scaled(value: number, base: number, names: readonly string[]): string {
  let left = value;
  let at = 0;
  while (Math.abs(left) >= base && at < names.length - 1) {
    left /= base;
    at++;
  }
  return `${short(left)}${names[at]}`;
}

const THOUSANDS = ['', ' k', ' M', ' G', ' T'];
const BYTES = [' B', ' kB', ' MB', ' GB', ' TB'];

function seconds(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 0.001) return `${short(value * 1_000_000)} µs`;
  if (size < 1) return `${short(value * 1_000)} ms`;
  return size < 120 ? `${short(value)} s` : duration(value);
}

const FORMATS: Readonly<Record<Unit, (value: number) => string>> = {
  ratio: (value) => `${short(value * 100)} %`,
  seconds,
  bytes: (value) => scaled(value, 1024, BYTES),
  bytesPerSecond: (value) => `${scaled(value, 1024, BYTES)}/s`,
  perSecond: (value) => `${scaled(value, 1000, THOUSANDS)}/s`,
  count: (value) => scaled(value, 1000, THOUSANDS),
};

/** Unknown is not zero: what is not there is a dash. */
export function format(unit: Unit, value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value) ? NOTHING : FORMATS[unit](value);
}

/** A length of time in its two largest units: `2 d 3 h`. Seconds. */
export function duration(value: number): string {
  const parts = [
    [Math.floor(value / 86_400), 'd'],
    [Math.floor(value / 3_600) % 24, 'h'],
    [Math.floor(value / 60) % 60, 'min'],
    [Math.floor(value) % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  if (first === -1) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DAY = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' });

/** Local time, with the day where it is not today. */
export function clockTime(atMs: number): string {
  const isToday = new Date(atMs).toDateString() === new Date().toDateString();
  return (isToday ? CLOCK : DAY).format(atMs);
}

/** The same instant in UTC, for those who look beside the local one. */
export const utc = (atMs: number): string =>
  new Date(atMs)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
