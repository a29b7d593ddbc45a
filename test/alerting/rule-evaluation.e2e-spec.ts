import { RuleBench } from './rule-bench';

const rules = (text: string, limit = 0) => `groups: [{ name: g, interval: 10s, limit: ${limit}, rules: [${text}] }]`;

describe('the evaluation of rules', () => {
  it('fails the whole rule for two alerts with the same labels, and does not stop the others', async () => {
    const bench = new RuleBench(
      rules(
        `{ alert: A, expr: m > 0, labels: { job: same } }, { alert: B, expr: m > 0 }, { record: 'r:m', expr: 'm' }`,
      ),
    );
    bench.sample({ __name__: 'm', job: 'a' }, 1);
    bench.sample({ __name__: 'm', job: 'b' }, 1);
    const posted = await bench.evaluate();
    expect(posted.map(({ labels }) => labels)).toEqual([
      { alertname: 'B', job: 'a' },
      { alertname: 'B', job: 'b' },
    ]);
    const [a, b, r] = bench.groups[0]!.rules;
    expect(a!.health.lastError).toBe('vector contains metrics with the same labelset after applying alert labels');
    expect(a!.alerting!.all).toEqual([]);
    expect([b, r].map((rule) => rule!.health.lastError)).toEqual([undefined, undefined]);
    expect(await bench.query('r:m')).toEqual({ '__name__=r:m,job=a': 1, '__name__=r:m,job=b': 1 });
    expect(Object.keys(await bench.query('ALERTS{alertname="A"}'))).toEqual([]);
  });

  it('ends the series of what is no longer yielded', async () => {
    const bench = new RuleBench(rules(`{ record: 'r', expr: 'm > 0' }, { alert: A, expr: m > 0, for: 1m }`));
    bench.sample({ __name__: 'm' }, 1);
    await bench.evaluate();
    expect(Object.keys(await bench.query('{__name__=~"r|ALERTS.*"}'))).toHaveLength(3);
    bench.clock.advance(10_000);
    bench.sample({ __name__: 'm' }, 0);
    await bench.evaluate();
    expect(await bench.query('{__name__=~"r|ALERTS.*"}')).toEqual({});
  });

  it('keeps what fires where a limit is exceeded, and says so', async () => {
    const bench = new RuleBench(rules(`{ alert: A, expr: m > 0 }`, 2));
    bench.sample({ __name__: 'm', i: '1' }, 1);
    await bench.evaluate();
    bench.clock.advance(10_000);
    for (const i of ['1', '2', '3']) bench.sample({ __name__: 'm', i }, 1);
    await bench.evaluate();
    const [rule] = bench.groups[0]!.rules;
    expect(rule!.health).toMatchObject({
      lastError: 'exceeded limit of 2 with 3 alerts',
      unknown: { cause: 'evaluation' },
    });
    expect(rule!.alerting!.all.map(({ phase }) => phase)).toEqual(['firing']);
  });

  it('finds the one that fires among thousands of series', async () => {
    const bench = new RuleBench(rules(`{ alert: A, expr: m > 0 }`));
    for (let i = 0; i < 3_000; i++) bench.sample({ __name__: 'm', i: String(i) }, i === 2_999 ? 1 : 0);
    expect((await bench.evaluate()).map(({ labels }) => labels.i)).toEqual(['2999']);
  });

  it('does not mix two metrics under one rule', async () => {
    const bench = new RuleBench(
      rules(
        `{ alert: A, expr: '{__name__=~"m.*"} > 0', annotations: { v: '{{ $labels.__name__ }} {{ $value }}' }, labels: { metric: '{{ $labels.__name__ }}' } }`,
      ),
    );
    bench.sample({ __name__: 'm1' }, 1);
    bench.sample({ __name__: 'm2' }, 2);
    expect((await bench.evaluate()).map(({ annotations }) => annotations.v)).toEqual(['m1 1', 'm2 2']);
  });

  it('goes on firing for `keep_firing_for`, and not longer', async () => {
    const bench = new RuleBench(rules(`{ alert: A, expr: m > 0, keep_firing_for: 30s }`));
    const phases: string[] = [];
    for (const value of [1, 0, 0, 1, 0, 0, 0, 0, 0]) {
      bench.sample({ __name__: 'm' }, value);
      await bench.evaluate();
      phases.push(bench.groups[0]!.rules[0]!.alerting!.all[0]!.phase);
      bench.clock.advance(10_000);
    }
    expect(phases).toEqual([...Array<string>(7).fill('firing'), 'inactive', 'inactive']);
  });

  it('writes an error into the text of a template that fails, and asks each query once', async () => {
    const bench = new RuleBench(
      rules(
        `{ alert: A, expr: m > 0, labels: { l: '{{ index (query "none") 5 }}' }, annotations: { bad: '{{ gt $value 1 }}', q: '{{ with query "m" }}{{ . | first | value }}{{ end }} {{ query "m(" }}' } }`,
      ),
    );
    bench.sample({ __name__: 'm' }, 3);
    const [alert] = await bench.evaluate();
    expect(alert!.annotations.bad).toMatch(/^<error expanding template: .*incompatible types for comparison>$/);
    expect(alert!.annotations.q).toMatch(/^<error expanding template: error calling query: .*parse error/);
    expect(alert!.labels.l).toMatch(/^<error expanding template: .*index out of range/);
  });

  it('goes on where the same rule stood when its group is read anew', async () => {
    const bench = new RuleBench(rules(`{ alert: A, expr: m > 0, for: 1m }, { alert: Gone, expr: m > 0 }`));
    bench.sample({ __name__: 'm' }, 1);
    await bench.evaluate();
    const again = new RuleBench(rules(`{ alert: A, expr: m >= 1, for: 1m }`));
    const [run] = again.groups;
    run!.takeOver(bench.groups[0]!, bench.clock.now());
    expect(run!.rules[0]!.alerting!.all).toMatchObject([{ phase: 'pending', activeAtMs: bench.clock.now() }]);
  });
});
