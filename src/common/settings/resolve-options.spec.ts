import { FLAG, milliseconds, numberBetween, oneOf, secretText, TEXT, whole } from './kind';
import { readOptions } from './resolve-options';
import { setting, variablesOf } from './setting';
import { inSeconds } from './variable';

const TABLE = {
  name: setting(TEXT, {}),
  intervalMs: setting(milliseconds(1), { default: 10_000, variable: inSeconds('INTERVAL_SECONDS', 1, 60) }),
  share: setting(numberBetween(0, 1), { default: 0.5 }),
  door: {
    open: setting(FLAG, { default: false, variable: 'DOOR_OPEN' }),
    colour: setting(oneOf('red', 'green'), { default: 'red' }),
    width: setting(whole(1, 9), { default: 4, cappedBy: 'frame' }),
    frame: setting(whole(1, 9), { default: 6 }),
    handle: setting(whole(1, 9), { sameAs: 'width', atMost: 'width' }),
    key: setting(
      secretText((text) => (text.startsWith('k') ? undefined : 'a text with k in front')),
      { setBy: 'DATA_DIR' },
    ),
  },
};

const read = (given: unknown) => readOptions(TABLE, given as Parameters<typeof readOptions<typeof TABLE>>[1]);

describe('readOptions', () => {
  it('fills in every default, also those that follow from the option beside them', () => {
    const door = { open: false, colour: 'red', width: 4, frame: 6, handle: 4 };
    expect(read(undefined)).toEqual({ options: { intervalMs: 10_000, share: 0.5, door }, problems: [] });
    expect(read({ door: { frame: 2 } }).options.door).toEqual({ ...door, width: 2, frame: 2, handle: 2 });
  });

  it('takes undefined, and an empty text where that means none, for left out', () => {
    const given = { name: undefined, intervalMs: undefined, door: { open: undefined, key: '' } };
    expect(read(given)).toEqual(read({}));
    expect('name' in read(given).options).toBe(false);
  });

  it.each<[unknown, string]>([
    [5, 'the options must be an object, not 5'],
    [{ door: [] }, 'door must be an object, not []'],
    [{ nam: 'x', size: 1 }, 'there is no option nam, size; there are name, intervalMs, share, door'],
    [{ door: { toString: 1 } }, 'there is no option door.toString; there are open, colour, width, frame, handle, key'],
    [{ name: '' }, "name must be a text, not ''"],
    [{ intervalMs: 0 }, 'intervalMs must be a whole number from 1 to 2147483647, not 0'],
    [{ intervalMs: Infinity }, 'intervalMs must be a whole number from 1 to 2147483647, not Infinity'],
    [{ share: 2 }, 'share must be a number between 0 and 1, not 2'],
    [{ share: null }, 'share must be a number between 0 and 1, not null'],
    [{ door: { open: 'yes' } }, "door.open must be true or false, not 'yes'"],
    [{ door: { colour: 'blue' } }, "door.colour must be one of red, green, not 'blue'"],
    [{ door: { width: 8 } }, 'door.width must be at most door.frame, 6, not 8'],
    [{ door: { handle: 5 } }, 'door.handle must be at most door.width, 4, not 5'],
    [{ door: { key: 'secret' } }, 'door.key must be a text with k in front'],
  ])('says of %j what must be otherwise', (given, problem) => {
    expect(read(given).problems).toEqual([problem]);
  });

  it('lists every problem at once, and no contradiction of values that are wrong anyway', () => {
    const { problems } = read({ share: -1, door: { width: 'wide', handle: 9 } });
    expect(problems).toEqual([
      'share must be a number between 0 and 1, not -1',
      "door.width must be a whole number from 1 to 9, not 'wide'",
    ]);
  });
});

describe('variablesOf', () => {
  it('names the variable of each option that has one', () => {
    expect(variablesOf(TABLE)).toEqual({
      intervalMs: 'INTERVAL_SECONDS',
      'door.open': 'DOOR_OPEN',
      'door.key': 'DATA_DIR',
    });
  });
});
