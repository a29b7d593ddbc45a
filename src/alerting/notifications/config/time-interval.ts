import { listOf, readFields, TEXT, TEXTS } from './fields';
import type { YamlMap } from './yaml-map';

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const TIME = /^(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/;
const MINUTES_OF_DAY = 1_440;
const DAY_MS = 86_400_000;

type Range = readonly [from: number, to: number];

/** A time that matches every list that is not empty; what is not said matches always. */
export interface TimeInterval {
  /** Minutes of the day, the end not included. */
  readonly times: readonly Range[];
  readonly weekdays: readonly Range[];
  /** From 1 on; -1 is the last of the month. */
  readonly daysOfMonth: readonly Range[];
  readonly months: readonly Range[];
  readonly years: readonly Range[];
  readonly location: string;
}

/** @throws AlertmanagerConfigError */
export function readTimeInterval(map: YamlMap): TimeInterval {
  const ranges = (name: string, part: (text: string) => number, lastFirst: (from: number, to: number) => boolean) =>
    TEXTS.read(map, name).map((text): Range => {
      const parts = text.toLowerCase().split(':');
      if (parts.length > 2) throw map.error(name, `"${text}" is no range`);
      const [from, to = from] = parts.map((each) => {
        const value = part(each.trim());
        if (Number.isNaN(value)) throw map.error(name, `"${each}" is not allowed in it`);
        return value;
      });
      if (lastFirst(from!, to!)) throw map.error(name, `in "${text}" the end comes before the start`);
      return [from!, to!];
    });
  const interval = {
    times: listOf((time) => readTimes(time)).read(map, 'times'),
    weekdays: ranges('weekdays', (day) => positionIn(WEEKDAYS, day), backwards),
    daysOfMonth: ranges('days_of_month', dayOfMonth, daysBackwards),
    months: ranges('months', (month) => positionIn(MONTHS, month) + 1 || whole(month), backwards),
    years: ranges('years', whole, backwards),
    location: TEXT.read(map, 'location') || 'UTC',
  };
  map.done();
  if (!isTimeZone(interval.location)) throw map.error('location', `unknown time zone ${interval.location}`);
  return interval;
}

/** Whether a moment (Unix ms) is in the interval, by the calendar of its place. */
export function isWithin({ location, ...interval }: TimeInterval, atMs: number): boolean {
  const { year, month, day, daysInMonth, weekday, minute } = calendarAt(atMs, location);
  const fromStart = (value: number) => (value < 0 ? daysInMonth + value + 1 : value);
  return (
    holds(interval.times, ([from, to]) => minute >= from && minute < to) &&
    holds(interval.weekdays, includes(weekday)) &&
    holds(interval.daysOfMonth, ([from, to]) => includes(day)([Math.max(1, fromStart(from)), fromStart(to)])) &&
    holds(interval.months, includes(month)) &&
    holds(interval.years, includes(year))
  );
}

const holds = (ranges: readonly Range[], test: (range: Range) => boolean) => ranges.length === 0 || ranges.some(test);
const includes =
  (value: number) =>
  ([from, to]: Range) =>
    value >= from && value <= to;

const backwards = (from: number, to: number) => to < from;

function readTimes(map: YamlMap): Range {
  const { start_time, end_time } = readFields(map, { start_time: TEXT, end_time: TEXT });
  if (!start_time || !end_time) throw map.error('start_time', 'both start_time and end_time must be given');
  const [from, to] = [start_time, end_time].map((text) => {
    const found = TIME.exec(text);
    if (found === null) throw map.error('times', `"${text}" is no time of the day such as 09:30`);
    return found[1] === undefined ? MINUTES_OF_DAY : Number(found[1]) * 60 + Number(found[2]);
  });
  if (from! >= to!) throw map.error('times', 'the start must come before the end');
  return [from!, to!];
}

function positionIn(names: readonly string[], name: string): number {
  const at = names.indexOf(name);
  return at < 0 ? Number.NaN : at;
}

const whole = (text: string) => (/^-?\d{1,9}$/.test(text) ? Number(text) : Number.NaN);

function dayOfMonth(text: string): number {
  const day = whole(text);
  return day === 0 || Math.abs(day) > 31 ? Number.NaN : day;
}

/** Days from the end (negative) and from the start can be compared only where no month decides. */
function daysBackwards(from: number, to: number): boolean {
  if (from < 0 && to > 0) return true;
  return Math.sign(from) === Math.sign(to) && to < from;
}

function isTimeZone(name: string): boolean {
  try {
    return name.length <= 100 && formatFor(name) !== undefined;
  } catch {
    return false;
  }
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  formats.set(timeZone, format);
  return format;
}

function calendarAt(atMs: number, timeZone: string) {
  const parts = Object.fromEntries(
    formatFor(timeZone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year, month, day, hour, minute } = parts as Record<'year' | 'month' | 'day' | 'hour' | 'minute', number>;
  return {
    year,
    month,
    day,
    minute: hour * 60 + minute,
    daysInMonth: new Date(Date.UTC(year, month, 1) - DAY_MS).getUTCDate(),
    weekday: new Date(Date.UTC(year, month - 1, day)).getUTCDay(),
  };
}
