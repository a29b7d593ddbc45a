import { SystemClock } from '../../common/clock';
import { StatementFigures } from './statement-figures';

describe('the figures of statements', () => {
  it('add up what differs in values only', () => {
    const figures = new StatementFigures(10, new SystemClock());
    figures.record('SELECT * FROM t WHERE id = 1', 2, 1, 1, false);
    figures.record('SELECT * FROM t WHERE id = 2', 4, 2, 3, true);
    figures.record('SELECT 1', 1, 3, 1, false);
    const [first, second] = figures.stats().statements;
    expect(first).toMatchObject({
      text: 'SELECT * FROM t WHERE id = ?',
      calls: 2,
      rows: 4,
      errors: 1,
      totalMs: 6,
      meanMs: 3,
      maxMs: 4,
    });
    expect(second).toMatchObject({ text: 'SELECT ?', calls: 1 });
  });

  it('are of a bounded number: those that ran longest ago make room, and their calls are told of', () => {
    const figures = new StatementFigures(20, new SystemClock());
    for (let at = 0; at < 1_000; at++) {
      figures.record(`SELECT column_${at}`, 1, at, 1, false);
      figures.record('SELECT often', 1, at, 1, false);
    }
    const { statements, forgottenCalls, max } = figures.stats();
    expect(max).toBe(20);
    expect(statements.length).toBeLessThanOrEqual(20);
    expect(statements.map(({ text }) => text)).toEqual(expect.arrayContaining(['SELECT often', 'SELECT column_999']));
    const kept = statements.reduce((sum, { calls }) => sum + calls, 0);
    expect(kept + forgottenCalls).toBe(2_000);
    expect(statements.find(({ text }) => text === 'SELECT often')!.calls).toBe(1_000);
  });

  it('go on for a text that is used again after it had to make room', () => {
    const figures = new StatementFigures(10, new SystemClock());
    figures.record('SELECT again', 1, 0, 1, false);
    for (let at = 1; at < 50; at++) figures.record(`SELECT column_${at}`, 1, at, 1, false);
    figures.record('SELECT again', 1, 51, 1, false);
    expect(figures.stats().statements).toContainEqual(expect.objectContaining({ text: 'SELECT again', calls: 1 }));
  });
});
