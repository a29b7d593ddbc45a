import { defineError, errorDefinitions } from './error-definition';

const facts = { status: 409, title: 'The article is out of stock', remedy: 'Order fewer.' };

describe('defineError', () => {
  it('registers an error once, however often its file is loaded', () => {
    const definition = defineError('OUT_OF_STOCK', facts);
    expect(definition).toEqual({ code: 'OUT_OF_STOCK', ...facts });
    expect(defineError('OUT_OF_STOCK', { ...facts })).toBe(definition);
    expect(errorDefinitions().filter(({ code }) => code === 'OUT_OF_STOCK')).toEqual([definition]);
  });

  it.each([{ status: 410 }, { title: 'Another' }, { remedy: 'Another' }])(
    'refuses a second meaning of a code: %o',
    (other) => {
      defineError('TAKEN', facts);
      expect(() => defineError('TAKEN', { ...facts, ...other })).toThrow(
        'The error code TAKEN is defined already, as "The article is out of stock" with status 409.',
      );
    },
  );

  it.each(['', 'lower', 'A B', '_A', 'A__B', 'A_'])('refuses the code "%s"', (code) => {
    expect(() => defineError(code, facts)).toThrow(TypeError);
  });

  it.each([399, 600, 404.5, Number.NaN])('refuses the status %p', (status) => {
    expect(() => defineError('WRONG_STATUS', { ...facts, status })).toThrow(/400 to 599/);
  });

  it.each([{ title: '' }, { remedy: '' }])('refuses one that says nothing: %o', (empty) => {
    expect(() => defineError('SILENT', { ...facts, ...empty })).toThrow(/title and a remedy/);
  });
});
