import { toInt64 } from './go-math';

interface CivilTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly yearDay: number;
}

const DAY_SECONDS = 86_400n;
const ERA_DAYS = 146_097n;
/** Go counts from the first of January of this year, the first of a 400-year era. */
const GO_ZERO_YEAR = -292_277_022_399n;
/** Seconds from there to the first of January of the year 1, and from that to the Unix epoch. */
const UNIX_TO_ABSOLUTE = ((1n - GO_ZERO_YEAR) / 400n) * ERA_DAYS * DAY_SECONDS + 62_135_596_800n;

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const monthLength = (year: number, month: number): number =>
  month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;

/** The UTC calendar at a Unix time in seconds, for every number: what is no time wraps around as it does in Go. */
function civilTime(seconds: number): CivilTime {
  const absolute = BigInt.asUintN(64, toInt64(seconds) + UNIX_TO_ABSOLUTE);
  const days = absolute / DAY_SECONDS;
  const secondOfDay = Number(absolute % DAY_SECONDS);
  let yearDay = Number(days % ERA_DAYS);
  // The era begins after a leap century: three centuries of 36,524 days, then quads of 1,461, then years of 365.
  const centuries = Math.min(3, Math.floor(yearDay / 36_524));
  yearDay -= centuries * 36_524;
  const quads = Math.floor(yearDay / 1_461);
  yearDay -= quads * 1_461;
  const years = Math.min(3, Math.floor(yearDay / 365));
  yearDay -= years * 365;
  const year = Number(GO_ZERO_YEAR + (days / ERA_DAYS) * 400n) + centuries * 100 + quads * 4 + years;
  let month = 1;
  let day = yearDay;
  while (day >= monthLength(year, month)) day -= monthLength(year, month++);
  return {
    year,
    month,
    day: day + 1,
    hour: Math.floor(secondOfDay / 3_600),
    minute: Math.floor((secondOfDay % 3_600) / 60),
    // Go's absolute zero is a Monday.
    weekday: Number((days + 1n) % 7n),
    yearDay: yearDay + 1,
  };
}

/** The date functions: of a Unix time in seconds. */
export const CALENDAR: ReadonlyMap<string, (seconds: number) => number> = new Map(
  Object.entries<(time: CivilTime) => number>({
    days_in_month: ({ year, month }) => monthLength(year, month),
    day_of_month: ({ day }) => day,
    day_of_week: ({ weekday }) => weekday,
    day_of_year: ({ yearDay }) => yearDay,
    hour: ({ hour }) => hour,
    minute: ({ minute }) => minute,
    month: ({ month }) => month,
    year: ({ year }) => year,
  }).map(([name, part]) => [name, (seconds: number) => part(civilTime(seconds))]),
);
