import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { ModuleOptionsError } from '../common/settings/settings.errors';
import { BenchmarkScenarioUnknownError } from './benchmark.errors';
import { BenchmarkScenario } from './scenario';

const NAME = /^[a-z][a-z0-9-]{0,62}$/;
const PLACE = '@BenchmarkScenario()';

/** Every scenario by its name: what is decorated with `@BenchmarkScenario()`, of this package and of the application. */
@Injectable()
export class ScenarioRegistry implements OnModuleInit {
  private readonly byName = new Map<string, BenchmarkScenario>();

  constructor(private readonly discovery: DiscoveryService) {}

  /** With these scenarios alone, for tests. */
  static of(...scenarios: readonly BenchmarkScenario[]): ScenarioRegistry {
    const registry = new ScenarioRegistry({ getProviders: () => [] } as unknown as DiscoveryService);
    for (const scenario of scenarios) registry.byName.set(scenario.name, scenario);
    return registry;
  }

  /** @throws ModuleOptionsError for a class that is none, or has the name of another */
  onModuleInit(): void {
    const problems: string[] = [];
    for (const wrapper of this.discovery.getProviders({ metadataKey: BenchmarkScenario.KEY })) {
      const problem = wrapper.isDependencyTreeStatic()
        ? this.add(wrapper.instance as BenchmarkScenario)
        : 'must not depend on a request';
      if (problem !== undefined) problems.push(`${wrapper.name} ${problem}`);
    }
    if (problems.length > 0) throw new ModuleOptionsError(PLACE, problems);
  }

  /** By name. */
  all(): readonly BenchmarkScenario[] {
    return [...this.byName.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws BenchmarkScenarioUnknownError */
  get(name: string): BenchmarkScenario {
    const scenario = this.byName.get(name);
    if (scenario === undefined) throw new BenchmarkScenarioUnknownError(name, this.names());
    return scenario;
  }

  names(): string[] {
    return this.all().map((scenario) => scenario.name);
  }

  private add(scenario: BenchmarkScenario): string | undefined {
    const { name, parameters, requires } = scenario;
    if (typeof name !== 'string' || !NAME.test(name)) {
      return `must have a name of small letters, digits and hyphens, not ${JSON.stringify(name)}`;
    }
    if (typeof scenario.run !== 'function') return 'must have a method run(parameters, context)';
    if (typeof parameters?.safeParse !== 'function') return 'must have the Zod schema of its parameters';
    if (!Array.isArray(requires)) return 'must say in requires which pools it works with, an empty array for none';
    const other = this.byName.get(name);
    if (other === scenario) return undefined; // the same provider, exported by another module
    if (other !== undefined) return `has the name "${name}", as ${other.constructor.name} has`;
    this.byName.set(name, scenario);
    return undefined;
  }
}
