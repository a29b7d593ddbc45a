import { stat } from 'node:fs/promises';
import { withinDeadline } from './deadline';

const late = () => new Error('too late');

describe('withinDeadline', () => {
  it('is the outcome of the work, or the failure after the time', async () => {
    await expect(withinDeadline(Promise.resolve(1), 10_000, late)).resolves.toBe(1);
    await expect(withinDeadline(new Promise(() => undefined), 5, late)).rejects.toThrow('too late');
  });

  it('reads what has come during a stop of the event loop before it calls that too late', async () => {
    await new Promise(setImmediate); // after this phase of the loop come due timers, and only then what is to be read
    const found = withinDeadline(stat('/'), 20, late);
    const until = performance.now() + 200;
    while (performance.now() < until);
    expect((await found).isDirectory()).toBe(true);
  });
});
