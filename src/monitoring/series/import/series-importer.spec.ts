import { SystemClock } from '../../../common/clock';
import { ManualClock } from '../../../testing/manual-clock';
import { CompressedSeriesStore } from '../compressed-series-store';
import { Labels } from '../labels';
import { SeriesImporter } from './series-importer';
import { seriesNamed } from '../../../../test/support/selected-series';

const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;

function setUp(maxSeriesPerKind = 100, memoryLimitBytes = 100e6) {
  const clock = new ManualClock(NOW);
  const store = new CompressedSeriesStore({ retentionMs: HOUR, maxSeriesPerKind, memoryLimitBytes }, clock);
  const importer = new SeriesImporter(store, clock);
  const read = (name: string) =>
    seriesNamed(store, name).map(({ labels, samples }) => ({
      labels: labels.toObject(),
      times: [...samples.timestamps],
      values: [...samples.values],
    }));
  return { store, importer, read, text: (body: string) => importer.import(Buffer.from(body), 'text') };
}

describe('SeriesImporter', () => {
  it('reads the text format: types, help, escapes, blanks, special values, milliseconds', async () => {
    const { text, read, store } = setUp();
    const report = await text(
      [
        '# HELP http_requests_total Requests\\nof all kinds.',
        '# TYPE http_requests_total counter',
        `http_requests_total{method="post", code="200",} 1027 ${NOW - 1_000}`,
        `http_requests_total{method="post",code="200"} 1.1e3\t${NOW}`,
        '  \t',
        '# a remark',
        `msdos_error{path="C:\\\\DIR\\\\F,}\\n{\\"x\\"",text="ä€"} -Inf`,
        'nothing NaN',
        'bare +Inf',
      ].join('\n'),
    );
    expect(report).toMatchObject({ samples: 5, series: 4, problems: [] });
    expect(read('http_requests_total')).toEqual([
      {
        labels: { __name__: 'http_requests_total', method: 'post', code: '200' },
        times: [NOW - 1_000, NOW],
        values: [1027, 1100],
      },
    ]);
    expect(read('msdos_error')).toEqual([
      {
        labels: { __name__: 'msdos_error', path: 'C:\\DIR\\F,}\n{"x"', text: 'ä€' },
        times: [NOW],
        values: [-Infinity],
      },
    ]);
    expect(read('nothing')[0]!.values).toEqual([NaN]);
    expect(store.metadata().get('http_requests_total')).toEqual({
      kind: 'counter',
      help: 'Requests\nof all kinds.',
      unit: '',
    });
  });

  it('reads OpenMetrics: seconds, units, exemplars, counters without _total in their family, the end', async () => {
    const { importer, read, store } = setUp();
    const body = [
      '# TYPE foo_seconds counter',
      '# UNIT foo_seconds seconds',
      `foo_seconds_total 17.5 ${NOW / 1_000 - 1.234} # {trace_id="a # b"} 0.5`,
      '# TYPE lat histogram',
      `lat_bucket{le="0.1"} 8 ${NOW / 1_000} # {trace_id="x"} 0.05 ${NOW / 1_000}`,
      `lat_count 8 ${NOW / 1_000}`,
      '# EOF',
    ].join('\n');
    expect(await importer.import(Buffer.from(body), 'openmetrics')).toMatchObject({ samples: 3, problems: [] });
    expect(read('foo_seconds_total')[0]).toMatchObject({ times: [NOW - 1_234], values: [17.5] });
    expect(store.metadata().get('foo_seconds_total')).toEqual({ kind: 'counter', help: '', unit: 'seconds' });
    expect(store.metadata().get('lat')!.kind).toBe('histogram');
    const cut = await importer.import(Buffer.from('a 1\n'), 'openmetrics');
    expect(cut.problems).toEqual([{ line: 1, problem: expect.stringContaining('# EOF') }]);
  });

  it('imports the rest of a body in which some lines are wrong, and says which and why', async () => {
    const { text } = setUp();
    const wrong = [
      'a',
      'b x',
      '2c 1',
      'd{x=1} 1',
      'e{x="1" 1',
      'f 1 2 3',
      'g 1 1.5',
      'h{x="1",x="2"} 1',
      'i 0x1p3',
      'j{x="1"y="2"} 1',
    ];
    const report = await text([...wrong, 'good 1'].join('\n'));
    expect(report.rejected.malformed).toBe(wrong.length);
    expect(report.problems.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(report.samples).toBe(1);
  });

  it('counts samples outside the retention, out of order, or of one series too many', async () => {
    const { text } = setUp(2);
    const report = await text(
      [
        `a 1 ${NOW}`,
        `a 2 ${NOW}`,
        `a 3 ${NOW - 1}`,
        `b 1 ${NOW - HOUR - 1}`,
        `b 1 ${NOW + HOUR}`,
        `c 1 ${NOW}`,
        `c 2 ${NOW + 1}`,
        '# TYPE typed gauge',
        `typed 1 ${NOW}`,
      ].join('\n'),
    );
    expect(report.rejected).toEqual({
      malformed: 0,
      label_limit: 0,
      description_limit: 0,
      own_series: 0,
      series_limit: 2,
      out_of_order: 2,
      too_old: 1,
      too_new: 1,
    });
    expect(report).toMatchObject({ samples: 2, series: 2 });
  });

  it('leaves series alone that the service measures, and lets none begin in the future that it may', async () => {
    const { store, text, read } = setUp();
    const [own, other] = ['/a', '/b'].map((route) => Labels.from([['__name__', 'requests_bucket'], ['route', route]])); // prettier-ignore
    store.describe('requests', { kind: 'histogram', help: 'h', unit: '' });
    store.append(store.open(own!, 'histogram')!, NOW - 10, 5);
    const report = await text(
      [
        `requests_bucket{route="/a"} 1 ${NOW}`,
        `requests_bucket{route="/a"} 1 ${NOW + 60_000}`,
        `requests_bucket{route="/b"} 1 ${NOW - 60_000}`,
        `requests_bucket{route="/b"} 2 ${NOW}`,
        `requests_bucket{route="/b"} 3 ${NOW + 1}`,
        `elsewhere 1 ${NOW + 60_000}`,
      ].join('\n'),
    );
    expect(report.rejected).toMatchObject({ own_series: 2, too_new: 1, out_of_order: 0 });
    expect(report.problems.map(({ problem }) => problem)).toEqual([
      'the service measures requests_bucket{route="/a"} itself',
      'the service measures requests_bucket{route="/a"} itself',
      'the service measures requests_bucket{route="/b"} itself: no sample may be in the future',
    ]);
    expect(store.append(store.open(other!, 'histogram')!, NOW + 1, 7)).toBeUndefined();
    expect(read('requests_bucket').map(({ values }) => values)).toEqual([[5], [1, 2, 7]]);
    expect(read('elsewhere')[0]!.values).toEqual([1]);
  });

  it('names the caps that stop a series', async () => {
    const { text } = setUp(1);
    const { problems } = await text('a 1\nb 1\n');
    expect(problems).toEqual([
      { line: 2, problem: expect.stringMatching(/{ maxSeriesPerKind }.*{ memoryLimitBytes }/) },
    ]);
  });

  it('bounds the labels of a series', async () => {
    const { text } = setUp();
    const many = Array.from({ length: 33 }, (_, i) => `l${i}="x"`).join(',');
    const report = await text([`a{${many}} 1`, `b{x="${'y'.repeat(1_025)}"} 1`, `${'n'.repeat(2_000)} 1`].join('\n'));
    expect(report.rejected.label_limit).toBe(3);
    expect(report.problems.map(({ problem }) => problem)).toEqual([
      'the series has more labels than 32, which is what is taken',
      'the value of the label "x" has 1025 characters; at most 1024 are taken',
      'the metric name has 2000 characters; at most 200 are taken',
    ]);
    expect((await text(`c{x="${'y'.repeat(70_000)}"} 1`)).rejected.malformed).toBe(1);
  });

  it('refuses descriptions that are too long instead of cutting them', async () => {
    const { text, store } = setUp();
    const report = await text(
      [`# HELP a ${'h'.repeat(1_025)}`, `# UNIT a ${'u'.repeat(65)}`, '# HELP a short', 'a 1'].join('\n'),
    );
    expect(report).toMatchObject({ samples: 1, rejected: { description_limit: 2 } });
    expect(report.problems.map(({ problem }) => problem)).toEqual([
      'HELP of "a" has 1025 characters; at most 1024 are taken',
      'UNIT of "a" has 65 characters; at most 64 are taken',
    ]);
    expect(store.metadata().get('a')).toEqual({ kind: 'untyped', help: 'short', unit: '' });
  });

  it('takes no more labels than a part of the memory', async () => {
    const { text, store } = setUp(10_000, 4_000_000);
    const long = 'y'.repeat(1_000);
    const report = await text(Array.from({ length: 1_000 }, (_, i) => `m{a="${long}${i}"} 1`).join('\n'));
    // 3/16 of 4 MB, and each text is there twice: in the series and in the index.
    expect(report.rejected.series_limit).toBeGreaterThan(600);
    expect(report.samples).toBeGreaterThan(300);
    expect(report.problems[0]!.problem).toMatch(/labels of all series/);
    expect(store.stats().series).toBe(report.samples);
  });

  it('lets others run while it reads a large body', async () => {
    const { store } = setUp();
    const lines = Array.from(
      { length: 100_000 },
      (_, i) => `m{i="${i % 50}"} ${i} ${NOW - 1_000_000 + Math.floor(i / 50)}`,
    );
    let turns = 0;
    const others = setInterval(() => turns++, 0);
    const report = await new SeriesImporter(store, new SystemClock()).import(Buffer.from(lines.join('\n')), 'text');
    clearInterval(others);
    expect(report.samples).toBe(100_000);
    expect(turns).toBeGreaterThan(10);
  });
});
