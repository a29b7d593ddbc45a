const SELECTORS = [
  'requests_total',
  'requests_total{code="200"}',
  'requests_total{job="api",code!="500"}',
  'requests_total{instance=~"[ab]:80"}',
  'memory_bytes',
  'limit_bytes',
  'instance_info',
  'temperature',
  'temperature{room=~"kitchen|attic"}',
  'edge',
  'edge{kind!~".*nan|inf"}',
  'sparse',
  'latency_seconds_bucket',
  'small_ratio',
  'nothing_here',
];
const RANGES = ['1m', '2m30s', '5m', '17m', '45m'];
const OFFSETS = ['', '', '', ' offset 90s', ' offset 10m', ' offset -4m', ' @ 1700002000', ' @ end()', ' @ start()'];
const RANGE_FUNCTIONS = (
  'rate increase delta irate idelta deriv resets changes avg_over_time sum_over_time min_over_time ' +
  'max_over_time count_over_time last_over_time present_over_time stddev_over_time stdvar_over_time'
).split(' ');
const VALUE_FUNCTIONS = 'abs ceil floor sgn sqrt exp ln round deg cos sort sort_desc timestamp minute'.split(' ');
const AGGREGATIONS = 'sum avg min max count group stddev stdvar'.split(' ');
const GROUPINGS = ['', ' by (job)', ' by (instance, code)', ' without (code)', ' without (instance, le)', ' by (room)'];
const ARITHMETIC = ['+', '-', '*', '/', '%', '^', 'atan2'];
const COMPARISONS = ['==', '!=', '>', '<', '>=', '<='];
const MATCHINGS = [
  '',
  '',
  ' on (instance)',
  ' ignoring (code)',
  ' on (job, instance) group_left',
  ' on (job) group_right',
];
const SCALARS = ['0', '1', '2.5', '-3', '1e3', 'NaN', 'time()', 'scalar(limit_bytes{instance="a:80"})', 'pi() / 2'];

/** Makes queries at random from the whole language; the same ones for the same source of numbers. */
export class QueryGenerator {
  private readonly random: () => number;

  /** @param random numbers from 0 to below 1 */
  constructor(random: () => number) {
    this.random = random;
  }

  /** A query of an instant vector (most of them) or a scalar. */
  query(): string {
    return this.random() < 0.05 ? this.scalar() : this.vector(1 + Math.floor(this.random() * 3));
  }

  private vector(depth: number): string {
    if (depth === 0) return this.pick(SELECTORS) + this.pick(OFFSETS);
    return this.pick([
      () => this.call(depth),
      () => this.call(depth),
      () => this.rangeCall(depth),
      () => this.rangeCall(depth),
      () => this.rangeCall(depth),
      () => this.aggregation(depth),
      () => this.aggregation(depth),
      () => this.withScalar(depth),
      () => this.withVector(depth),
      () => this.withVector(depth),
      () => `-${this.vector(0)}`,
      () => this.vector(0),
    ])();
  }

  private rangeCall(depth: number): string {
    const range = this.range(depth);
    return this.pick([
      () => `${this.pick(RANGE_FUNCTIONS)}(${range})`,
      () => `${this.pick(RANGE_FUNCTIONS)}(${range})`,
      () => `${this.pick(RANGE_FUNCTIONS)}(${range})`,
      () => `quantile_over_time(${this.pick(['0.1', '0.5', '0.99'])}, ${range})`,
      () => `predict_linear(${range}, ${this.pick(['60', '3600', '-100'])})`,
      () => `holt_winters(${range}, 0.4, 0.7)`,
      () => `absent_over_time(${range})`,
    ])();
  }

  private range(depth: number): string {
    if (this.random() < 0.7) return `${this.pick(SELECTORS)}[${this.pick(RANGES)}]${this.pick(OFFSETS)}`;
    const step = this.pick(['', '30s', '1m', '4m', '11s']);
    return `(${this.vector(depth - 1)})[${this.pick(RANGES)}:${step}]${this.pick(OFFSETS)}`;
  }

  private call(depth: number): string {
    const inner = this.vector(depth - 1);
    return this.pick([
      () => `${this.pick(VALUE_FUNCTIONS)}(${inner})`,
      () => `${this.pick(VALUE_FUNCTIONS)}(${inner})`,
      () => `clamp(${inner}, ${this.pick(SCALARS)}, ${this.pick(SCALARS)})`,
      () => `clamp_min(${inner}, ${this.pick(SCALARS)})`,
      () => `histogram_quantile(${this.pick(['0.5', '0.9', '-1'])}, ${inner})`,
      () => `absent(${inner})`,
      () => `vector(${this.scalar()})`,
      () => `label_replace(${inner}, "instance", "x-$1", "instance", "(.).*")`,
      () => `label_join(${inner}, "both", "/", "job", "instance")`,
    ])();
  }

  private aggregation(depth: number): string {
    const inner = this.vector(depth - 1);
    const grouping = this.pick(GROUPINGS);
    return this.pick([
      () => `${this.pick(AGGREGATIONS)}${grouping} (${inner})`,
      () => `${this.pick(AGGREGATIONS)}${grouping} (${inner})`,
      () => `${this.pick(AGGREGATIONS)}(${inner})${grouping}`,
      () => `quantile${grouping} (${this.pick(['0', '0.33', '0.9', '2'])}, ${inner})`,
      // Over an aggregation Prometheus itself picks among equals at random.
      () => `${this.pick(['topk', 'bottomk'])}${grouping} (${this.pick(['1', '2', '5', '-1'])}, ${this.vector(0)})`,
      () => `count_values${grouping} ("value", round(${inner}))`,
    ])();
  }

  private withScalar(depth: number): string {
    const [left, right] =
      this.random() < 0.3 ? [this.pick(SCALARS), this.vector(depth - 1)] : [this.vector(depth - 1), this.pick(SCALARS)];
    return `(${left}) ${this.operator()} (${right})`;
  }

  private withVector(depth: number): string {
    const left = this.vector(depth - 1);
    const right = this.random() < 0.4 ? left : this.vector(depth - 1);
    if (this.random() < 0.3) {
      const on = this.pick(['', ' on (instance)', ' ignoring (code, room)']);
      return `(${left}) ${this.pick(['and', 'or', 'unless'])}${on} (${right})`;
    }
    return `(${left}) ${this.operator()}${this.pick(MATCHINGS)} (${right})`;
  }

  private operator(): string {
    if (this.random() < 0.7) return this.pick(ARITHMETIC);
    return this.pick(COMPARISONS) + (this.random() < 0.5 ? ' bool' : '');
  }

  private scalar(): string {
    return this.random() < 0.5 ? this.pick(SCALARS) : `scalar(${this.vector(1)})`;
  }

  private pick<T>(options: readonly T[]): T {
    return options[Math.floor(this.random() * options.length)]!;
  }
}
