import { Inject, Injectable } from '@nestjs/common';
import { BenchmarkScenarioUnknownError } from './benchmark.errors';
import { BENCHMARK_SCENARIOS, type BenchmarkScenario } from './scenario';

/** Every scenario by its name; a further one is a provider listed under BENCHMARK_SCENARIOS in the module. */
@Injectable()
export class ScenarioRegistry {
  private readonly byName: ReadonlyMap<string, BenchmarkScenario>;

  constructor(@Inject(BENCHMARK_SCENARIOS) scenarios: readonly BenchmarkScenario[]) {
    this.byName = new Map(scenarios.map((scenario) => [scenario.name, scenario]));
  }

  all(): readonly BenchmarkScenario[] {
    return [...this.byName.values()];
  }

  /** @throws BenchmarkScenarioUnknownError */
  get(name: string): BenchmarkScenario {
    const scenario = this.byName.get(name);
    if (scenario === undefined) throw new BenchmarkScenarioUnknownError(name, [...this.byName.keys()]);
    return scenario;
  }
}
