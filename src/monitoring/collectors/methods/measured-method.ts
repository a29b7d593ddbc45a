import { copyMetadata } from '../../../common/method-metadata';
import type { MetricsService } from '../../registry/metrics.service';
import { injectMetrics, metricsOf } from './injected-metrics';

export type Method = (this: unknown, ...args: unknown[]) => unknown;
type Result = 'success' | 'error';

const labelNames = ['code_namespace', 'code_function', 'result'] as const;
type Labels = Readonly<Record<(typeof labelNames)[number], string>>;

/** The labels of one method of one class. */
interface MethodLabels {
  readonly labelNames: typeof labelNames;
  /** A series for each way in which a call can end. */
  seriesOf<S>(make: (labels: Labels) => S): Readonly<Record<Result, S>>;
}

/** Called before each call; what it returns is called when the call has ended. */
type Begin = () => (result: Result) => void;
type MakeBegin = (metrics: MetricsService, labels: MethodLabels) => Begin;

/** Makes the metric of a method for instances of a class, so that it is there before the first call. */
type Declare = (metrics: MetricsService, type: object) => unknown;

const DECLARATIONS = Symbol('what declares the metrics of a method');

/** What the decorators of a method declare its metrics with. */
export function declarationsOf(method: object): readonly Declare[] {
  return (Reflect.getMetadata(DECLARATIONS, method) as readonly Declare[] | undefined) ?? [];
}

/**
 * A decorator that puts a measured method in the place of the method: on the prototype, where every framework finds it,
 * whatever makes the instances. The metrics are those of the application that made the instance; without MonitoringModule
 * the method runs unmeasured.
 */
export function measuredBy(decorator: string, make: MakeBegin): MethodDecorator {
  return (target, name, descriptor) => {
    const method: unknown = descriptor.value;
    if (typeof method !== 'function' || typeof target === 'function') {
      throw new TypeError(`${decorator} has to stand on a method of instances, which ${String(name)} is not`);
    }
    injectMetrics(target);
    const beginOf = beginsBy(String(name), make);
    const measured = measuredMethod(method as Method, beginOf);
    Object.defineProperty(measured, 'name', { value: method.name, configurable: true });
    copyMetadata(method, measured);
    Reflect.defineMetadata(DECLARATIONS, [...declarationsOf(method), beginOf], measured);
    descriptor.value = measured as never;
  };
}

type BeginOf = (metrics: MetricsService, type: object) => Begin;

/** Remembers them, since a class may be in several applications of a process, and its method in several classes. */
function beginsBy(methodName: string, make: MakeBegin): BeginOf {
  const all = new WeakMap<MetricsService, WeakMap<object, Begin>>();
  return (metrics, type) => {
    let ofTypes = all.get(metrics);
    if (ofTypes === undefined) all.set(metrics, (ofTypes = new WeakMap()));
    let begin = ofTypes.get(type);
    if (begin === undefined) ofTypes.set(type, (begin = make(metrics, labelsOf(type, methodName))));
    return begin;
  };
}

function labelsOf(type: object, code_function: string): MethodLabels {
  const method = { code_namespace: String((type as { name?: unknown }).name), code_function };
  return {
    labelNames,
    seriesOf: (make) => ({
      success: make({ ...method, result: 'success' }),
      error: make({ ...method, result: 'error' }),
    }),
  };
}

/** Result and error stay the same. */
function measuredMethod(method: Method, beginOf: BeginOf): Method {
  return function measured(this: unknown, ...args: unknown[]): unknown {
    const metrics = metricsOf(this);
    if (metrics === undefined) return method.apply(this, args);
    const end = beginOf(metrics, (this as object).constructor)();
    let answer: unknown;
    try {
      answer = method.apply(this, args);
    } catch (error) {
      end('error');
      throw error;
    }
    if (!isPromise(answer)) {
      end('success');
      return answer;
    }
    // Watched from the side: the caller gets the promise that the method made.
    answer.then(
      () => end('success'),
      () => end('error'),
    );
    return answer;
  };
}

/** Whether the value is a promise of any make, so that its end can be waited for. */
function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as Promise<unknown>).then === 'function';
}
