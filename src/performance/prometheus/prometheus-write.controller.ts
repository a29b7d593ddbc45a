import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiNoContentResponse, ApiTags } from '@nestjs/swagger';
import { type FrameworkRequest, nodeRequest, readBinaryBody, ReadsBodyItself, RouteAccess } from '../../http';
import { MAX_MESSAGE_BYTES, RemoteWriteReceiver } from '../../monitoring/internal';
import { ImportBudget } from '../metrics/import-budget';

const PROTOBUF = 'application/x-protobuf';
/** A body of Snappy unzips to at most 64 bytes for each 3. */
const LARGEST_RATIO = 22;
/** The largest body taken, zipped; what it may unzip to is in its first bytes. */
const MAX_BODY_BYTES = 8 * 1_048_576;

/** Samples from other Prometheuses and agents. */
@ApiTags('prometheus')
@Controller('performance/prometheus/api/v1')
export class PrometheusWriteController {
  constructor(
    private readonly receiver: RemoteWriteReceiver,
    private readonly budget: ImportBudget,
  ) {}

  /**
   * Takes samples in Prometheus's remote-write protocol 1.0 (protobuf in Snappy's block format). What cannot be kept does
   * not stop the rest; then the answer is 400, which tells the sender not to send it again.
   */
  @Post('write')
  @ReadsBodyItself()
  @HttpCode(204)
  @RouteAccess('admin')
  @ApiConsumes(PROTOBUF)
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiNoContentResponse()
  async write(@Req() framed: FrameworkRequest): Promise<void> {
    const request = nodeRequest(framed);
    const gone = new AbortController();
    const abort = () => gone.abort();
    request.once('close', abort);
    try {
      const length = Number(request.headers['content-length'] ?? Infinity);
      await this.budget.run(Math.min(length * LARGEST_RATIO, MAX_MESSAGE_BYTES), gone.signal, async () =>
        this.receiver.receive(await readBinaryBody(request, MAX_BODY_BYTES)),
      );
    } finally {
      request.off('close', abort);
    }
  }
}
