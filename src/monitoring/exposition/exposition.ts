import type { LoopSlices } from '../../common/loop-slices';
import type { MetricFamily } from '../registry/metric-family';
import { type ExpositionFormat, valueText } from './exposition-format';

const CHUNK_CHARACTERS = 32_768;

/**
 * Writes metrics as text, in chunks, letting the event loop run others in between: however many series there are, no
 * slice is long.
 */
export async function* exposition(
  metrics: AsyncIterable<MetricFamily>,
  format: ExpositionFormat,
  slices: LoopSlices,
): AsyncGenerator<string> {
  let text = '';
  for await (const metric of metrics) {
    let header = format.header(metric);
    for (const sample of metric.samples()) {
      const { series, value } = sample;
      text += header;
      header = ''; // a metric without series is not mentioned
      text += `${series.name}${series.labelText} ${valueText(value)}${format.exemplar(sample)}\n${format.created(metric, series)}`;
      if (text.length < CHUNK_CHARACTERS) continue;
      yield text;
      text = '';
      await slices.pause();
    }
    await slices.pause();
  }
  yield text + format.end;
}
