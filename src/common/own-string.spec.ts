import { assert, nat, property, string } from 'fast-check';
import { isWide, ownString } from './own-string';

describe('ownString', () => {
  it('is the same text, whatever is in it', () => {
    // Halves of surrogate pairs included.
    assert(
      property(string({ unit: 'binary', minLength: 13 }), nat(5), (text, from) => {
        const part = text.slice(from);
        expect(ownString(part, isWide(part))).toBe(part);
      }),
    );
    for (const text of ['\ud800'.repeat(13), 'é'.repeat(13), '\0'.repeat(13), `${'a'.repeat(13)}ж`]) {
      expect(ownString(text, isWide(text))).toBe(text);
    }
  });
});
