import type { Estimate } from './interval';
import { studentQuantile } from './student-t';

/** Throughput at so many concurrent callers (or processors, or nodes). */
export interface ThroughputPoint {
  readonly concurrency: number;
  readonly perSecond: number;
}

/** The law's parameters, each with its interval, and what follows from them. */
export interface ScalabilityFit {
  /** Contention (α): the share that is done one after the other. */
  readonly contention: Estimate;
  /** Coherency (β): what each pair of callers costs. */
  readonly coherency: Estimate;
  /** Throughput of one caller (γ), per second. */
  readonly single: Estimate;
  /** Where throughput is highest; undefined where the law has no peak (β = 0). */
  readonly peak: ThroughputPoint | undefined;
  predict(concurrency: number): number;
}

const MAX_STEPS = 500;

/**
 * Fits Neil Gunther's Universal Scalability Law, X(N) = γN / (1 + α(N − 1) + βN(N − 1)), to at least four points by least
 * squares (Levenberg and Marquardt). Undefined where the points determine no such curve.
 */
export function fitScalability(points: readonly ThroughputPoint[]): ScalabilityFit | undefined {
  if (new Set(points.map(({ concurrency }) => concurrency)).size < 4) return undefined;
  const fitted = leastSquares(points, firstGuess(points));
  if (fitted === undefined) return undefined;
  const { parameters, covariance } = fitted;
  const t = studentQuantile(0.975, points.length - 3);
  const [single, contention, coherency] = parameters.map((value, at): Estimate => {
    const half = t * Math.sqrt(covariance[at]![at]!);
    return { value, low: value - half, high: value + half };
  }) as [Estimate, Estimate, Estimate];
  const predict = (concurrency: number) => throughput(parameters, concurrency);
  const at =
    coherency.value > 0 && contention.value < 1 ? Math.sqrt((1 - contention.value) / coherency.value) : undefined;
  const peak = at === undefined ? undefined : { concurrency: at, perSecond: predict(at) };
  return { contention, coherency, single, peak, predict };
}

type Vector = readonly [number, number, number];

function throughput([gamma, alpha, beta]: Vector, n: number): number {
  return (gamma * n) / (1 + alpha * (n - 1) + beta * n * (n - 1));
}

/** By the law's derivatives at the parameters. */
function gradient([gamma, alpha, beta]: Vector, n: number): Vector {
  const below = 1 + alpha * (n - 1) + beta * n * (n - 1);
  const slope = (-gamma * n) / (below * below);
  return [n / below, slope * (n - 1), slope * n * (n - 1)];
}

/** N/X is a parabola in N − 1: its first point and the last give γ and a contention to begin with. */
function firstGuess(points: readonly ThroughputPoint[]): Vector {
  const sorted = points.toSorted((a, b) => a.concurrency - b.concurrency);
  const [first, last] = [sorted[0]!, sorted.at(-1)!];
  const gamma = first.perSecond / first.concurrency;
  const deviation = (gamma * last.concurrency) / last.perSecond - 1;
  return [
    gamma,
    Math.max(0, deviation / 2 / (last.concurrency - 1)),
    Math.max(0, deviation / 2 / last.concurrency ** 2),
  ];
}

function leastSquares(points: readonly ThroughputPoint[], guess: Vector) {
  let parameters = guess;
  let error = squaredError(points, parameters);
  let damping = 1e-3;
  for (let step = 0; step < MAX_STEPS && damping < 1e12; step++) {
    const { normal, right } = normalEquations(points, parameters);
    const damped = normal.map((row, i) => row.map((value, j) => (i === j ? value * (1 + damping) : value)));
    const inverse = inverseOf(damped);
    if (inverse === undefined) return undefined;
    const change = inverse.map((row) => row.reduce((sum, value, j) => sum + value * right[j]!, 0));
    const next = parameters.map((value, i) => value + change[i]!) as unknown as Vector;
    const nextError = squaredError(points, next);
    if (nextError < error) {
      const settled = error - nextError <= 1e-14 * error;
      parameters = next;
      error = nextError;
      damping /= 10;
      if (settled) break;
    } else damping *= 10;
  }
  const inverse = inverseOf(normalEquations(points, parameters).normal);
  if (inverse === undefined) return undefined;
  const variance = error / Math.max(1, points.length - 3);
  return { parameters, covariance: inverse.map((row) => row.map((value) => value * variance)) };
}

function squaredError(points: readonly ThroughputPoint[], parameters: Vector): number {
  return points.reduce(
    (sum, { concurrency, perSecond }) => sum + (perSecond - throughput(parameters, concurrency)) ** 2,
    0,
  );
}

function normalEquations(points: readonly ThroughputPoint[], parameters: Vector) {
  const normal = [
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ];
  const right = [0, 0, 0];
  for (const { concurrency, perSecond } of points) {
    const slope = gradient(parameters, concurrency);
    const residual = perSecond - throughput(parameters, concurrency);
    for (let i = 0; i < 3; i++) {
      right[i] = right[i]! + slope[i]! * residual;
      for (let j = 0; j < 3; j++) normal[i]![j] = normal[i]![j]! + slope[i]! * slope[j]!;
    }
  }
  return { normal, right };
}

/** By cofactors; undefined where the rows depend on each other. */
function inverseOf(matrix: readonly (readonly number[])[]): number[][] | undefined {
  const at = (i: number, j: number) => matrix[i % 3]![j % 3]!;
  const cofactor = (i: number, j: number) => at(i + 1, j + 1) * at(i + 2, j + 2) - at(i + 1, j + 2) * at(i + 2, j + 1);
  const determinant = [0, 1, 2].reduce((sum, j) => sum + at(0, j) * cofactor(0, j), 0);
  if (!Number.isFinite(determinant) || determinant === 0) return undefined;
  return [0, 1, 2].map((i) => [0, 1, 2].map((j) => cofactor(j, i) / determinant));
}
