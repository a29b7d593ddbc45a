import { withoutPorts } from './forwarded-addresses';

describe('withoutPorts', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['203.0.113.9:4711', '203.0.113.9'],
    ['[2001:db8::1]:4711', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['203.0.113.9:4711, 10.0.0.1:80 ,[::1]:9', '203.0.113.9, 10.0.0.1, ::1'],
    ['unknown, <script>', 'unknown, <script>'],
    ['203.0.113.9:x', '203.0.113.9:x'],
  ])('%s becomes %s', (given, expected) => expect(withoutPorts(given)).toBe(expected));
});
