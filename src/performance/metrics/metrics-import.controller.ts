import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { IncomingMessage } from 'node:http';
import {
  type AuditedRequest,
  AuditLog,
  type FrameworkRequest,
  mediaTypeOf,
  nodeRequest,
  readTextBody,
  ReadsBodyItself,
  RouteAccess,
} from '../../http';
import { type ImportReport, SeriesImporter } from '../../monitoring/internal';
import { ImportBudget } from './import-budget';
import { importResponse } from './metrics-import.schemas';

const MAX_BODY_BYTES = 16 * 1_048_576;
/** How many times its length a body may have once it is unzipped; that of others is not known. */
const LARGEST_RATIO: Readonly<Record<string, number>> = { identity: 1, gzip: 1_032, 'x-gzip': 1_032, deflate: 1_032 };
const TEXT = 'text/plain';
const OPENMETRICS = 'application/openmetrics-text';

/** Samples from elsewhere, as text. */
@ApiTags('metrics')
@Controller('performance/metrics')
export class MetricsImportController {
  constructor(
    private readonly importer: SeriesImporter,
    private readonly budget: ImportBudget,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Imports samples in the Prometheus text format 0.0.4 (timestamps in ms) or OpenMetrics 1.0 (in s), ascending per
   * series, inside the retention. What cannot be taken is counted by reason and does not stop the rest.
   */
  @Post('import')
  @ReadsBodyItself()
  @HttpCode(200)
  @RouteAccess('admin')
  @ApiConsumes(TEXT, OPENMETRICS)
  @ApiBody({ schema: { type: 'string', example: 'orders_imported_total{country="de"} 7\n' } })
  @ApiOkResponse({ standardSchema: importResponse })
  async import(@Req() caller: FrameworkRequest & AuditedRequest): Promise<ImportReport> {
    const request = nodeRequest(caller);
    const format = mediaTypeOf(request.headers['content-type']) === OPENMETRICS ? 'openmetrics' : 'text';
    const gone = new AbortController();
    const abort = () => gone.abort();
    request.once('close', abort);
    try {
      const report = await this.budget.run(largestBody(request), gone.signal, async () =>
        this.importer.import(await readTextBody(request, MAX_BODY_BYTES), format),
      );
      const { samples, series, rejected } = report;
      const after = { samples, series, rejected: Object.values(rejected).reduce((sum, count) => sum + count, 0) };
      this.audit.record(caller, { action: 'metrics.import', target: format, after });
      return report;
    } finally {
      request.off('close', abort);
    }
  }
}

/** How many bytes a body may have, unzipped. */
function largestBody({ headers }: IncomingMessage): number {
  const length = Number(headers['content-length'] ?? Infinity);
  const ratio = LARGEST_RATIO[(headers['content-encoding'] ?? 'identity').trim().toLowerCase()] ?? Infinity;
  return Math.min(length * ratio, MAX_BODY_BYTES);
}
