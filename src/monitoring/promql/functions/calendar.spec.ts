import * as fc from 'fast-check';
import { CALENDAR } from './calendar';

const part = (name: string, seconds: number) => CALENDAR.get(name)!(seconds);

describe('the calendar functions', () => {
  it('agree with the calendar of JavaScript', () => {
    fc.assert(
      fc.property(fc.integer({ min: -6e10, max: 2.5e11 }), (seconds) => {
        const date = new Date(seconds * 1_000);
        const year = date.getUTCFullYear();
        const beginOfYear = new Date(Date.UTC(2000, 0, 1)).setUTCFullYear(year);
        const nextMonth = new Date(date.getTime());
        nextMonth.setUTCMonth(date.getUTCMonth() + 1, 0);
        expect({
          year: part('year', seconds),
          month: part('month', seconds),
          day: part('day_of_month', seconds),
          hour: part('hour', seconds),
          minute: part('minute', seconds),
          weekday: part('day_of_week', seconds),
          yearDay: part('day_of_year', seconds),
          days: part('days_in_month', seconds),
        }).toEqual({
          year,
          month: date.getUTCMonth() + 1,
          day: date.getUTCDate(),
          hour: date.getUTCHours(),
          minute: date.getUTCMinutes(),
          weekday: date.getUTCDay(),
          yearDay: Math.floor((date.getTime() - beginOfYear) / 86_400_000) + 1,
          days: nextMonth.getUTCDate(),
        });
      }),
    );
  });

  it('cut fractions off towards zero', () => {
    expect(part('hour', -0.9)).toBe(0);
    expect(part('minute', 59.9)).toBe(0);
  });

  // What Prometheus 2.42 on amd64 answers for year(vector(NaN)).
  it('wrap around as Go does for what is no time', () => {
    expect(part('year', NaN)).toBe(292277026596);
    expect(part('year', Infinity)).toBe(part('year', NaN));
  });
});
