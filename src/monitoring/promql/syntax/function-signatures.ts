export type ValueType = 'scalar' | 'vector' | 'matrix' | 'string';

export interface FunctionSignature {
  readonly name: string;
  readonly args: readonly ValueType[];
  /** How many of the last arguments are optional; -1: the last may be left out or come any number of times. */
  readonly variadic: number;
  readonly returns: ValueType;
}

const signatures = new Map<string, FunctionSignature>();

function declare(names: string, args: readonly ValueType[], returns: ValueType = 'vector', variadic = 0): void {
  for (const name of names.split(' ')) signatures.set(name, { name, args, variadic, returns });
}

declare('abs absent ceil deg exp floor ln log10 log2 rad sgn sort sort_desc sqrt timestamp', ['vector']);
declare('acos acosh asin asinh atan atanh cos cosh sin sinh tan tanh', ['vector']);
declare('absent_over_time avg_over_time count_over_time last_over_time max_over_time min_over_time', ['matrix']);
declare('present_over_time stddev_over_time stdvar_over_time sum_over_time', ['matrix']);
declare('changes delta deriv idelta increase irate rate resets', ['matrix']);
declare('clamp', ['vector', 'scalar', 'scalar']);
declare('clamp_max clamp_min', ['vector', 'scalar']);
declare('days_in_month day_of_month day_of_week day_of_year hour minute month year', ['vector'], 'vector', 1);
declare('histogram_count histogram_sum', ['vector']);
declare('histogram_fraction', ['scalar', 'scalar', 'vector']);
declare('histogram_quantile', ['scalar', 'vector']);
declare('holt_winters', ['matrix', 'scalar', 'scalar']);
declare('label_join', ['vector', 'string', 'string', 'string'], 'vector', -1);
declare('label_replace', ['vector', 'string', 'string', 'string', 'string']);
declare('pi time', [], 'scalar');
declare('predict_linear', ['matrix', 'scalar']);
declare('quantile_over_time', ['scalar', 'matrix']);
declare('round', ['vector', 'scalar'], 'vector', 1);
declare('scalar', ['vector'], 'scalar');
declare('vector', ['scalar']);

/** The functions of Prometheus 2.42, neither more nor fewer. */
export const FUNCTION_SIGNATURES: ReadonlyMap<string, FunctionSignature> = signatures;
