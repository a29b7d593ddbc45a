import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { MetricsRegistry } from '../../registry/metrics-registry';
import { type Inventory, readInventory } from './inventory-reader';

/** Nobody waits for it, and starting has better things to do. */
const DELAY_MS = 5_000;
const MAX_LENGTH = 128;

/** What the machine is, asked once. */
@Injectable()
export class InventoryMetrics implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(InventoryMetrics.name);
  private readonly stopped = new AbortController();
  private inventory: Inventory | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly registry: MetricsRegistry) {}

  onModuleInit(): void {
    this.registry.gauge(
      {
        name: 'system_inventory_info',
        help: 'Always 1; its labels say what the machine is',
        labelNames: ['os_name', 'os_version', 'kernel', 'cpu_model', 'cpu_vendor', 'cpu_cores', 'virtual_host'],
      },
      (emit) => {
        if (this.inventory !== undefined) emit(1, ...labelsOf(this.inventory));
      },
    );
  }

  onApplicationBootstrap(): void {
    this.timer = setTimeout(() => void this.read(), DELAY_MS);
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    clearTimeout(this.timer);
    this.stopped.abort();
  }

  private async read(): Promise<void> {
    try {
      this.inventory = await readInventory(this.stopped.signal);
    } catch (error) {
      if (!this.stopped.signal.aborted) this.logger.warn(`The inventory of the machine is not known: ${String(error)}`);
    }
  }
}

function labelsOf(inventory: Inventory): string[] {
  const { osName, osRelease, kernel, cpuModel, cpuVendor, physicalCores, virtualHost } = inventory;
  const values = [osName, osRelease, kernel, cpuModel, cpuVendor, physicalCores, virtualHost];
  return values.map((value) => value.slice(0, MAX_LENGTH));
}
