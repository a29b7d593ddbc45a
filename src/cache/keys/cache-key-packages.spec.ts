import assert from 'node:assert';
import { Duration as JodaDuration, Instant, LocalDate, LocalDateTime, ZonedDateTime } from '@js-joda/core';
import { Temporal } from '@js-temporal/polyfill';
import { Big } from 'big.js';
import { BigNumber } from 'bignumber.js';
import BN from 'bn.js';
import * as bson from 'bson';
import * as bson4 from 'bson-4';
import currency from 'currency.js';
import dayjs from 'dayjs';
import utc from 'dayjs/plugin/utc';
import { Decimal } from 'decimal.js';
import dinero from 'dinero.js';
import { Fraction } from 'fraction.js';
import * as immutable from 'immutable';
import Long from 'long';
import { DateTime, Duration, Interval } from 'luxon';
import moment from 'moment';
import { col, fn, literal, Op, where } from 'sequelize';
import { EntitySchema, In, IsNull, LessThan, MoreThan, Not, Raw } from 'typeorm';
import { cacheKey } from './cache-key';
import { CacheKeyError } from '../cache.errors';

dayjs.extend(utc);

const ID = '65a1b2c3d4e5f60718293a4b';
const OTHER_ID = '65a1b2c3d4e5f60718293a4c';

/** Of each kind: two different ones, the first of which can be made again. `refused` where it may hide what it is. */
const KINDS: Record<string, readonly [make: (second: boolean) => unknown, outcome?: 'refused']> = {
  'bson ObjectId': [(b) => new bson.ObjectId(b ? OTHER_ID : ID)],
  'bson 4 ObjectId, as in Mongoose 6': [(b) => new bson4.ObjectId(b ? OTHER_ID : ID)],
  'bson Decimal128': [(b) => bson.Decimal128.fromString(b ? '1.5' : '1.4')],
  'bson Long': [(b) => bson.Long.fromNumber(b ? 2 : 1), 'refused'],
  'bson UUID': [(b) => new bson.UUID(`0000000${b ? 1 : 2}-0000-4000-8000-000000000000`)],
  'bson Timestamp': [(b) => new bson.Timestamp({ t: b ? 2 : 1, i: 1 })],
  'Sequelize operator': [(b) => ({ age: { [b ? Op.gt : Op.lt]: 40 } })],
  'Sequelize nested operator': [(b) => ({ [Op.or]: [{ a: 1 }, { a: { [b ? Op.in : Op.notIn]: [1] } }] })],
  'Sequelize literal': [(b) => literal(b ? 'a' : 'b')],
  'Sequelize col': [(b) => col(b ? 'a' : 'b')],
  'Sequelize fn': [(b) => fn('lower', col(b ? 'a' : 'b'))],
  'Sequelize where': [(b) => where(col('a'), b ? 'x' : 'y')],
  'TypeORM In': [(b) => In([b ? 1 : 2])],
  'TypeORM LessThan and MoreThan': [(b) => (b ? LessThan(1) : MoreThan(1))],
  'TypeORM Not': [(b) => (b ? Not(IsNull()) : IsNull())],
  'TypeORM Raw with a function': [(b) => Raw((alias) => `${alias} > ${b ? 1 : 2}`), 'refused'],
  'TypeORM EntitySchema': [(b) => new EntitySchema({ name: b ? 'a' : 'b', columns: {} })],
  'dinero.js 1': [(b) => dinero({ amount: b ? 100 : 200, currency: 'EUR' })],
  'dinero.js 1, another currency': [(b) => dinero({ amount: 100, currency: b ? 'EUR' : 'USD' })],
  'currency.js': [(b) => currency(b ? 1.5 : 1.6)],
  'decimal.js': [(b) => new Decimal(b ? '1.5' : '1.6')],
  'big.js': [(b) => new Big(b ? '1.5' : '1.6')],
  'bignumber.js': [(b) => new BigNumber(b ? '1.5' : '1.6')],
  'bn.js': [(b) => new BN(b ? '15' : '16')],
  'fraction.js': [(b) => new Fraction(1, b ? 3 : 7), 'refused'],
  long: [(b) => Long.fromNumber(b ? 1 : 2), 'refused'],
  'Luxon DateTime': [(b) => DateTime.fromMillis(b ? 1 : 2, { zone: 'utc' })],
  'Luxon DateTime, another zone': [(b) => DateTime.fromMillis(1, { zone: b ? 'Europe/Berlin' : 'Europe/Paris' })],
  'Luxon Duration': [(b) => Duration.fromMillis(b ? 1 : 2)],
  'Luxon Interval': [(b) => Interval.after(DateTime.fromMillis(1, { zone: 'utc' }), b ? 1 : 2), 'refused'],
  'Day.js': [(b) => dayjs(b ? 1 : 2)],
  'Day.js, another offset': [(b) => dayjs.utc(0).utcOffset(b ? 60 : 120)],
  Moment: [(b) => moment.utc(b ? 1 : 2)],
  'Moment, another offset': [(b) => moment.utc(0).utcOffset(b ? 60 : 120)],
  'Moment duration': [(b) => moment.duration(b ? 1 : 2)],
  'js-joda LocalDate': [(b) => LocalDate.of(2026, 1, b ? 1 : 2)],
  'js-joda LocalDateTime': [(b) => LocalDateTime.of(2026, 1, 1, b ? 1 : 2, 0)],
  'js-joda Instant': [(b) => Instant.ofEpochMilli(b ? 1 : 2)],
  'js-joda Duration': [(b) => JodaDuration.ofMillis(b ? 1 : 2)],
  'js-joda ZonedDateTime': [(b) => ZonedDateTime.parse(`2026-01-01T00:00:00+0${b ? 1 : 2}:00`)],
  'Temporal Instant': [(b) => Temporal.Instant.fromEpochMilliseconds(b ? 1 : 2)],
  'Temporal PlainDate': [(b) => Temporal.PlainDate.from(`2026-01-0${b ? 1 : 2}`)],
  'Temporal ZonedDateTime': [(b) => Temporal.ZonedDateTime.from(`2026-01-01T00:00[${b ? 'Europe/Berlin' : 'UTC'}]`)],
  'Temporal Duration': [(b) => Temporal.Duration.from({ days: b ? 1 : 2 })],
  'Immutable Map': [(b) => immutable.Map({ a: b ? 1 : 2 })],
  'Immutable List': [(b) => immutable.List([b ? 1 : 2])],
  'Immutable Record': [(b) => immutable.Record({ a: 0 })({ a: b ? 1 : 2 })],
  'GeoJSON point': [(b) => ({ type: 'Point', coordinates: [13.4, b ? 52.5 : 52.6] })],
  'a geometry in a typed array': [(b) => new Float32Array([1, 2, b ? 3 : 4])],
};

/** The key, or undefined if none can be made. */
function keyOf(part: unknown): string | undefined {
  try {
    return cacheKey({ part });
  } catch (error) {
    assert(error instanceof CacheKeyError);
    return undefined;
  }
}

describe('cacheKey, of objects of public packages', () => {
  it.each(Object.entries(KINDS))('tells two of %s apart, and knows the first again', (_, [make, outcome]) => {
    const [first, again, second] = [keyOf(make(true)), keyOf(make(true)), keyOf(make(false))];
    expect(again).toBe(first);
    if (outcome === 'refused') expect([first, second]).toEqual([undefined, undefined]);
    else expect(second ?? first).not.toBe(first);
    expect(first === undefined).toBe(outcome === 'refused');
  });
});
