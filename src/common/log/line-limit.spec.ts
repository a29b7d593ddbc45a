import { ManualClock } from '../../testing/manual-clock';
import { LineLimit } from './line-limit';

it('a line limit writes one line a second of each kind, and how many it left out', () => {
  const lines: string[] = [];
  const clock = new ManualClock();
  const limit = new LineLimit({ warn: (line: string) => lines.push(line) }, clock);
  for (let i = 0; i < 100; i++) limit.warn('A', `a ${i}`);
  limit.warn('B', 'b');
  clock.advance(1_000);
  limit.warn('A', 'again');
  clock.advance(1_000);
  limit.warn('A', 'once more');
  expect(lines).toEqual(['a 0', 'b', 'again (and 99 more since the last line of this kind)', 'once more']);
});
