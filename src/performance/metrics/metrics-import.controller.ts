import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { IncomingMessage } from 'node:http';
import { mediaTypeOf, readTextBody, RouteAccess } from '../../http';
import { type ImportReport, SeriesImporter } from '../../monitoring/internal';
import { importResponse } from './metrics-import.schemas';

const MAX_BODY_BYTES = 16 * 1_048_576;
const TEXT = 'text/plain';
const OPENMETRICS = 'application/openmetrics-text';

/** Samples from elsewhere, as text. */
@ApiTags('metrics')
@Controller('performance/metrics')
export class MetricsImportController {
  constructor(private readonly importer: SeriesImporter) {}

  /**
   * Imports samples in the Prometheus text format 0.0.4 (timestamps in ms) or OpenMetrics 1.0 (in s), ascending per
   * series, inside the retention. What cannot be taken is counted by reason and does not stop the rest.
   */
  @Post('import')
  @HttpCode(200)
  @RouteAccess('admin')
  @ApiConsumes(TEXT, OPENMETRICS)
  @ApiBody({ schema: { type: 'string', example: 'orders_total{country="de"} 7 1700000000000\n' } })
  @ApiOkResponse({ standardSchema: importResponse })
  async import(@Req() request: IncomingMessage): Promise<ImportReport> {
    const body = await readTextBody(request, MAX_BODY_BYTES);
    const isOpenMetrics = mediaTypeOf(request.headers['content-type']) === OPENMETRICS;
    return this.importer.import(body, isOpenMetrics ? 'openmetrics' : 'text');
  }
}
