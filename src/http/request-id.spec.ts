import { requestIdFrom } from './request-id';

describe('requestIdFrom', () => {
  it.each(['a', 'req-1.2_3:4/5+6=7@8~9', '5e0ba3cc-5bf6-42ae-a635-3cdbd046c143', 'x'.repeat(128)])('keeps %s', (id) => {
    expect(requestIdFrom(id)).toBe(id);
  });

  it.each([undefined, '', 'a b', 'a\nb', 'a"b', '<a>', 'ä', 'x'.repeat(129), ['a', 'b']])('replaces %j', (header) => {
    expect(requestIdFrom(header)).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });
});
