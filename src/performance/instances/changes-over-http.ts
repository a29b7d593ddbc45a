import { Injectable, type OnModuleInit, Optional } from '@nestjs/common';
import { SharedChanges } from '../../copies';
import { type CatalogueEntry, catalogueEntry, exposedName, PushedMetrics } from '../../monitoring/internal';
import { type PoolLimits, PoolLimitsError, PoolRegistry } from '../../pools';

type Declaration = Parameters<PushedMetrics['register']>[0];

/**
 * What may be declared and changed over HTTP, for all copies of the service. In another application, which has no copies
 * that know of each other, it holds in its own process.
 */
@Injectable()
export class ChangesOverHttp implements OnModuleInit {
  /** The limits that a pool had before the first change. */
  private readonly configured = new Map<string, PoolLimits>();

  constructor(
    private readonly pools: PoolRegistry,
    private readonly metrics: PushedMetrics,
    @Optional() private readonly shared?: SharedChanges,
  ) {}

  onModuleInit(): void {
    this.shared?.handle('pool-limits', (name, limits) => this.setLimits(name, limits as PoolLimits | null));
    this.shared?.handle('metric', (name, declaration) =>
      this.applyDeclaration(name, declaration as Declaration | null),
    );
  }

  /** Changes the limits of a pool. @throws PoolUnknownError, PoolLimitsError, SharedStateUnavailableError */
  async resize(name: string, limits: Partial<PoolLimits>): Promise<void> {
    await this.refuseMoreThanTheServerHas(name, limits);
    await this.change('pool-limits', name, () => {
      this.setLimits(name, limits);
      return this.limitsOf(name);
    });
  }

  /** Takes back what was changed of a pool: its limits are the configured ones again. @throws PoolUnknownError, SharedStateUnavailableError */
  async resetLimits(name: string): Promise<void> {
    await this.change('pool-limits', name, () => {
      this.setLimits(name, null);
      return null;
    });
  }

  /** The limits of a pool as they are. @throws PoolUnknownError */
  limitsOf(name: string): PoolLimits {
    const { min, max } = this.pools.get(name).stats();
    return { min, max };
  }

  /** Whether the limits of a pool are those that were set over HTTP. */
  hasChanged(name: string): boolean {
    return this.configured.has(name);
  }

  /** Declares a metric. @throws what PushedMetrics throws, SharedStateUnavailableError */
  async declare(declaration: Declaration): Promise<CatalogueEntry> {
    let entry: CatalogueEntry | undefined;
    await this.change('metric', exposedName(declaration.kind, declaration.name), () => {
      entry = catalogueEntry(this.metrics.register(declaration));
      return declaration;
    });
    return entry!;
  }

  /** Takes a declared metric back. @returns what it was @throws what PushedMetrics throws, SharedStateUnavailableError */
  async takeBack(name: string): Promise<CatalogueEntry> {
    let entry: CatalogueEntry | undefined;
    await this.change('metric', this.metrics.removable(name).name, () => {
      entry = catalogueEntry(this.metrics.removable(name));
      this.metrics.remove(name);
      return null;
    });
    return entry!;
  }

  /** Makes what another copy has changed a moment ago, so that what is read next shows it; as it is, without a database. */
  async catchUp(): Promise<void> {
    await this.shared?.catchUp();
  }

  /** Connections that the server would refuse. Where it cannot be asked, they are found out when they are opened. */
  private async refuseMoreThanTheServerHas(name: string, { min, max }: Partial<PoolLimits>): Promise<void> {
    const pool = this.pools.get(name);
    const most = max === undefined ? undefined : await pool.serverLimit?.();
    if (max === undefined || most === undefined || max <= most) return;
    const limits = { min: min ?? pool.stats().min, max };
    throw new PoolLimitsError(name, limits, `its server takes ${most} connections in all`);
  }

  /** @param limits `null`: as configured */
  private setLimits(name: string, limits: Partial<PoolLimits> | null): void {
    const pool = this.pools.get(name);
    const configured = this.configured.get(name) ?? this.limitsOf(name);
    pool.resize(limits ?? configured);
    if (limits === null) this.configured.delete(name);
    else this.configured.set(name, configured);
  }

  /** @param declaration `null`: it was taken back */
  private applyDeclaration(name: string, declaration: Declaration | null): void {
    if (declaration !== null) this.metrics.register(declaration);
    else if (this.metrics.has(name)) this.metrics.remove(name);
  }

  private async change(kind: string, name: string, make: () => object | null): Promise<void> {
    if (this.shared === undefined) make();
    else await this.shared.change(kind, name, make);
  }
}
