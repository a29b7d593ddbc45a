import { Injectable } from '@nestjs/common';
import { Clock } from '../../../common/clock';
import { ownString } from '../../../common/own-string';
import { LoopSlices } from '../../../common/loop-slices';
import { optionName } from '../../../common/settings/option-names';
import { type DropReason, type SeriesRef, SeriesStore } from '../series-store';
import { type ImportFormat, MalformedLineError, parseComment, parseSampleLine } from './exposition-line';
import { IMPORT_LIMITS, ImportLimitError } from './import-limits';
import { ImportedFamilies } from './imported-families';
import { RememberedTexts } from './remembered-texts';
import { parseSeriesText } from './series-text';

export type RejectReason = DropReason | 'malformed' | 'label_limit' | 'description_limit' | 'own_series';

export interface ImportReport {
  readonly samples: number;
  /** Series that got at least one sample. */
  readonly series: number;
  readonly rejected: Readonly<Record<RejectReason, number>>;
  /** The first problems, with the number of their line. */
  readonly problems: readonly { readonly line: number; readonly problem: string }[];
}

const LINES_PER_LOOK = 32;
const MAX_PROBLEMS = 10;
/** Series texts remembered; a body of ever new ones would otherwise take many times its size. */
const MAX_REMEMBERED = 50_000;
const MAX_REMEMBERED_CHARACTERS = 4 * 1_048_576;
const LINE_END = 0x0a;
/** Of a series in a problem. */
const MAX_SHOWN = 200;

/** Takes bodies in the Prometheus text format 0.0.4 or OpenMetrics 1.0 into the store, line by line. */
@Injectable()
export class SeriesImporter {
  constructor(
    private readonly store: SeriesStore,
    private readonly clock: Clock,
  ) {}

  /**
   * Imports what can be imported and counts the rest; lets others run meanwhile. Samples without a timestamp get the
   * time of the call.
   */
  async import(body: Uint8Array, format: ImportFormat): Promise<ImportReport> {
    const run = new ImportRun(this.store, format, this.clock.now());
    const slices = new LoopSlices(this.clock);
    const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    for (let at = 0, line = 1; at < text.length; line++) {
      const next = text.indexOf(LINE_END, at);
      const end = next < 0 ? text.length : next;
      if (end - at > IMPORT_LIMITS.lineBytes) {
        run.reject('malformed', line, `the line has ${end - at} bytes; at most ${IMPORT_LIMITS.lineBytes} are taken`);
      } else run.line(text.toString('utf8', at, end), line);
      at = end + 1;
      if (line % LINES_PER_LOOK === 0) await slices.pause();
    }
    return run.report();
  }
}

interface Refused {
  readonly reason: RejectReason;
  readonly problem: string;
}

interface Opened {
  readonly ref: SeriesRef;
  /** Samples later than this would keep out what the service is about to measure. */
  readonly untilMs: number;
}

/** When a counter or histogram came into being, as OpenMetrics has it: no series of its own. */
const CREATED = 'created';

/** One body on its way into the store. */
class ImportRun {
  private readonly families: ImportedFamilies;
  /** Series by their text as written, or why they are refused: their labels are read once per body. */
  private readonly opened = new RememberedTexts<Opened | Refused | typeof CREATED>(
    MAX_REMEMBERED,
    MAX_REMEMBERED_CHARACTERS,
  );
  private readonly filled = new Set<SeriesRef>();
  private readonly problems: { line: number; problem: string }[] = [];
  private readonly rejected: Record<RejectReason, number> = {
    malformed: 0,
    label_limit: 0,
    description_limit: 0,
    own_series: 0,
    series_limit: 0,
    out_of_order: 0,
    too_old: 0,
    too_new: 0,
  };
  private samples = 0;
  private lines = 0;
  private ended = false;

  constructor(
    private readonly store: SeriesStore,
    private readonly format: ImportFormat,
    private readonly nowMs: number,
  ) {
    this.families = new ImportedFamilies(format);
  }

  line(raw: string, line: number): void {
    const text = raw.trim();
    this.lines = line;
    if (text === '') return;
    try {
      if (this.ended) throw new MalformedLineError('expected nothing behind # EOF');
      if (text.startsWith('#')) this.comment(text, line);
      else this.sample(text, line);
    } catch (error) {
      if (!(error instanceof MalformedLineError)) throw error;
      this.reject('malformed', line, error.message);
    }
  }

  reject(reason: RejectReason, line: number, problem: string): void {
    this.rejected[reason]++;
    if (this.problems.length < MAX_PROBLEMS) this.problems.push({ line, problem });
  }

  report(): ImportReport {
    if (this.format === 'openmetrics' && !this.ended) {
      this.reject('malformed', this.lines, 'expected # EOF at the end: the body may be cut off');
    }
    return { samples: this.samples, series: this.filled.size, rejected: this.rejected, problems: this.problems };
  }

  private comment(text: string, line: number): void {
    if (this.format === 'openmetrics' && text === '# EOF') {
      this.ended = true;
      return;
    }
    const comment = parseComment(text);
    if (!comment) return;
    try {
      const { name, kind, help, unit } = this.families.add(comment);
      this.store.describe(name, { kind, help, unit }, 'imported');
    } catch (error) {
      if (!(error instanceof ImportLimitError)) throw error;
      this.reject('description_limit', line, error.message);
    }
  }

  private sample(text: string, line: number): void {
    const { seriesText, value, timestampMs = this.nowMs } = parseSampleLine(text, this.format);
    const series = this.open(seriesText);
    if (series === CREATED) return;
    if ('reason' in series) {
      this.reject(series.reason, line, series.problem);
      return;
    }
    if (timestampMs > series.untilMs) {
      this.reject('too_new', line, `the service measures ${shown(seriesText)} itself: no sample may be in the future`);
      return;
    }
    const refused = this.store.append(series.ref, timestampMs, value);
    if (refused) this.reject(refused, line, PROBLEMS[refused]());
    else {
      this.samples++;
      this.filled.add(series.ref);
    }
  }

  private open(seriesText: string): Opened | Refused | typeof CREATED {
    const known = this.opened.get(seriesText);
    if (known) return known;
    const found = this.tryOpen(seriesText);
    this.opened.set(seriesText, found);
    return found;
  }

  private tryOpen(seriesText: string): Opened | Refused | typeof CREATED {
    try {
      const labels = parseSeriesText(seriesText);
      if (this.families.isCreated(labels.name)) return CREATED;
      const ref = this.store.open(labels, this.families.kindOf(labels.name), 'imported');
      if (ref === undefined) return { reason: 'series_limit', problem: PROBLEMS.series_limit() };
      if (!ref.guest) {
        return { reason: 'own_series', problem: ownString(`the service measures ${shown(seriesText)} itself`) };
      }
      return { ref, untilMs: this.store.isOwn(labels.name) ? this.nowMs : Number.POSITIVE_INFINITY };
    } catch (error) {
      if (error instanceof ImportLimitError) return { reason: 'label_limit', problem: ownString(error.message) };
      if (error instanceof MalformedLineError) return { reason: 'malformed', problem: error.message };
      throw error;
    }
  }
}

function shown(seriesText: string): string {
  return seriesText.length <= MAX_SHOWN ? seriesText : `${seriesText.slice(0, MAX_SHOWN)}…`;
}

const PROBLEMS: Readonly<Record<DropReason, () => string>> = {
  series_limit: () =>
    `expected no more series than imports may add: ${optionName('MonitoringModule', 'maxSeriesPerKind')} of each kind, ` +
    `while there are fewer than three quarters of those that ${optionName('MonitoringModule', 'memoryLimitBytes')} has room for, ` +
    'and while the labels of all series take less than three sixteenths of it',
  out_of_order: () => 'expected samples of a series in ascending time, later than those it has',
  too_old: () => 'the sample is older than the retention',
  too_new: () => 'the sample is too far in the future',
};
