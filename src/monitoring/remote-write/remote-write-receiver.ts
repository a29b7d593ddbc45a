import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { LoopSlices } from '../../common/loop-slices';
import { checkLength, IMPORT_LIMITS, ImportLimitError } from '../series/import/import-limits';
import { Labels, NAME_LABEL } from '../series/labels';
import { type DropReason, type SeriesKind, type SeriesRef, SeriesStore } from '../series/series-store';
import { isStale } from '../series/staleness';
import { ProtobufError } from './protobuf';
import { RemoteWriteInvalidError } from './remote-write.errors';
import { loadSnappy, unzippedLength } from './snappy';
import { readWriteRequest, type WrittenMetadata, type WrittenSeries } from './write-request';

/** The largest message taken, unzipped. */
export const MAX_MESSAGE_BYTES = 16 * 1_048_576;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const SERIES_PER_LOOK = 16;

const PROBLEMS: Readonly<Record<DropReason, string>> = {
  series_limit: 'there are as many series as imports may add',
  out_of_order: 'it is not later than what the series has',
  too_old: 'it is older than the retention',
  too_new: 'it is too far in the future',
};

/** What became of one message. */
export interface WriteReport {
  readonly samples: number;
  readonly rejected: number;
}

/** Takes messages of Prometheus's remote-write protocol 1.0 into the store. */
@Injectable()
export class RemoteWriteReceiver {
  constructor(
    private readonly store: SeriesStore,
    private readonly clock: Clock,
  ) {}

  /**
   * Keeps what can be kept of a message in Snappy's block format; lets others run meanwhile.
   * @throws RemoteWriteInvalidError when it cannot be read, or when something in it cannot be kept: the rest is
   * @throws SnappyMissingError
   */
  async receive(body: Buffer): Promise<WriteReport> {
    const message = await unzip(body);
    const slices = new LoopSlices(this.clock);
    const write = new Write(this.store);
    let read = 0;
    try {
      for (const part of readWriteRequest(message)) {
        if ('kind' in part) write.describe(part);
        else write.series(part);
        if (++read % SERIES_PER_LOOK === 0) await slices.pause();
      }
    } catch (error) {
      if (!(error instanceof ProtobufError)) throw error;
      throw new RemoteWriteInvalidError(`The message cannot be read: ${error.message}.`, { cause: error });
    }
    return write.end();
  }
}

async function unzip(body: Buffer): Promise<Buffer> {
  const length = unzippedLength(body);
  if (length === undefined) throw new RemoteWriteInvalidError('The body is not in the block format of Snappy.');
  if (length > MAX_MESSAGE_BYTES) {
    throw new RemoteWriteInvalidError(
      `The message has ${length} bytes unzipped; at most ${MAX_MESSAGE_BYTES} are taken. Send fewer samples at once.`,
    );
  }
  const { uncompress } = await loadSnappy();
  try {
    return Buffer.from(await uncompress(body));
  } catch (error) {
    throw new RemoteWriteInvalidError('The body is not in the block format of Snappy.', { cause: error });
  }
}

/** One message on its way into the store. */
class Write {
  private samples = 0;
  private rejected = 0;
  private problem: string | undefined;
  private readonly kinds = new Map<string, SeriesKind>();

  constructor(private readonly store: SeriesStore) {}

  describe({ name, kind, help, unit }: WrittenMetadata): void {
    if (!METRIC_NAME.test(name) || name.length > IMPORT_LIMITS.metricName) return;
    this.kinds.set(name, kind);
    this.store.describe(
      name,
      { kind, help: help.slice(0, IMPORT_LIMITS.help), unit: unit.slice(0, IMPORT_LIMITS.unit) },
      'imported',
    );
  }

  series({ labels, timestamps, values, histograms }: WrittenSeries): void {
    if (histograms > 0) this.reject(histograms, labels, 'native histograms are not kept; send classic ones');
    const ref = this.open(labels, values.length);
    if (ref === undefined) return;
    for (let at = 0; at < values.length; at++) {
      const refused = isStale(values, at)
        ? this.store.appendStale(ref, timestamps[at]!)
        : this.store.append(ref, timestamps[at]!, values[at]!);
      if (refused === undefined) this.samples++;
      else this.reject(1, labels, PROBLEMS[refused]);
    }
  }

  end(): WriteReport {
    if (this.problem !== undefined) {
      throw new RemoteWriteInvalidError(`${this.rejected} samples were not kept. The first: ${this.problem}`);
    }
    return { samples: this.samples, rejected: this.rejected };
  }

  private open(pairs: WrittenSeries['labels'], samples: number): SeriesRef | undefined {
    const problem = labelProblem(pairs);
    if (problem !== undefined) return this.reject(samples, pairs, problem);
    const labels = Labels.from(pairs);
    const ref = this.store.open(labels, this.kindOf(labels.name), 'imported');
    if (ref === undefined) return this.reject(samples, pairs, PROBLEMS.series_limit);
    if (!ref.guest) return this.reject(samples, pairs, 'the service measures this series itself');
    return ref;
  }

  private kindOf(name: string): SeriesKind {
    return this.kinds.get(name) ?? 'untyped';
  }

  private reject(count: number, labels: WrittenSeries['labels'], why: string): undefined {
    this.rejected += count;
    if (count > 0) this.problem ??= `${shown(labels)}: ${why}.`;
  }
}

function labelProblem(pairs: WrittenSeries['labels']): string | undefined {
  const labels = new Map(pairs);
  if (labels.size !== pairs.length) return 'a label comes twice';
  if (pairs.length > IMPORT_LIMITS.labels) return `it has more labels than ${IMPORT_LIMITS.labels}`;
  if (!METRIC_NAME.test(labels.get(NAME_LABEL) ?? '')) return 'it has no valid metric name';
  try {
    checkLength('the metric name', labels.get(NAME_LABEL)!, IMPORT_LIMITS.metricName);
    for (const [name, value] of pairs) {
      checkLength('a label name', name, IMPORT_LIMITS.labelName);
      if (!LABEL_NAME.test(name)) return `the label name "${name}" is not valid`;
      if (name !== NAME_LABEL) checkLength(`the value of the label "${name}"`, value, IMPORT_LIMITS.labelValue);
    }
  } catch (error) {
    if (!(error instanceof ImportLimitError)) throw error;
    return error.message;
  }
  return undefined;
}

/** At most so many characters of a series in a message. */
const MAX_SHOWN = 200;

function shown(labels: WrittenSeries['labels']): string {
  const text = `{${labels.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`;
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
}
