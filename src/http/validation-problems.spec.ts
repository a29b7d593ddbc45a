import { z } from 'zod';
import { inputProblems } from './validation-problems';

const schema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).optional(),
  sort: z.enum(['asc', 'desc']).optional(),
  apiToken: z.string().min(16).optional(),
  items: z.array(z.strictObject({ name: z.string() })).optional(),
});

describe('inputProblems', () => {
  it('lists every wrong field with what was sent and what is expected', async () => {
    const problems = await inputProblems('query', { limit: '1000', sort: 'up', page: '2', size: '3' }, schema);
    expect(problems).toHaveLength(4);
    expect(problems).toEqual(
      expect.arrayContaining([
        { in: 'query', field: 'limit', value: '1000', message: expect.stringContaining('100') },
        { in: 'query', field: 'sort', value: 'up', message: expect.stringMatching(/asc.*desc/) },
        { in: 'query', field: 'page', value: '2', message: 'unknown, expected one of limit, sort, apiToken, items' },
        { in: 'query', field: 'size', value: '3', message: expect.stringContaining('unknown') },
      ]),
    );
  });

  it('finds its way into objects and arrays', async () => {
    const problems = await inputProblems('body', { items: [{ name: 'a' }, { name: 5, x: 1 }] }, schema);
    expect(problems.map(({ field, value }) => [field, value])).toEqual(
      expect.arrayContaining([
        ['items.1.name', 5],
        ['items.1.x', 1],
      ]),
    );
  });

  it('does not repeat what was sent for a secret', async () => {
    const [problem] = await inputProblems('body', { apiToken: 'short' }, schema);
    expect(problem).toMatchObject({ field: 'apiToken' });
    expect(JSON.stringify(problem)).not.toContain('short');
  });

  it('shortens values and lists at most 50', async () => {
    const keys = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`k${n}`, 'x'.repeat(5_000)]));
    const problems = await inputProblems('body', keys, schema);
    expect(problems).toHaveLength(50);
    expect(String(problems[0]?.value)).toHaveLength(201);
  });

  it('explains a union by the branch that fits best', async () => {
    const union = z.union([
      z.strictObject({ keys: z.array(z.string()) }),
      z.strictObject({ a: z.number(), b: z.number(), c: z.number() }),
    ]);
    expect(await inputProblems('body', { keys: ['a', 5] }, union)).toMatchObject([{ field: 'keys.1', value: 5 }]);
  });

  it('knows the fields of an object that may be absent', async () => {
    const optional = z
      .strictObject({ warmers: z.array(z.string()) })
      .optional()
      .default({ warmers: [] });
    expect(await inputProblems('body', { warmers: [], names: ['x'] }, optional)).toMatchObject([
      { field: 'names', message: 'unknown, expected one of warmers' },
    ]);
  });

  it('says nothing of a valid value', async () => {
    expect(await inputProblems('query', { limit: '5' }, schema)).toEqual([]);
  });
});
