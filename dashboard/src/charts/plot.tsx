// One uPlot in a box: made once, given new data, as wide as its box, gone with it.
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { Unit } from '../panels/panel';
import { type TimeRange, moved, parametersOf } from '../state/time-range';
import { setParameters } from '../state/address';
import { format } from './format';
import { colourOf, dashesOf, toneAt } from './palette';
import type { Line } from './sentence';
import type { Tone } from '../panels/panel';

export interface PlotLine extends Line {
  readonly tone: Tone | undefined;
}

export interface Mark {
  /** Unix seconds. */
  readonly at: number;
  readonly label: string;
}

interface PlotProps {
  readonly label: string;
  readonly unit: Unit;
  readonly max?: number | undefined;
  readonly times: readonly number[];
  readonly lines: readonly PlotLine[];
  readonly range: TimeRange;
  readonly marks: readonly Mark[];
  /** Calls with the index under the cursor, or null. */
  readonly onCursor: (index: number | null) => void;
}

const HEIGHT = 180;
/** All plots of a page share one cursor. */
const SYNC = uPlot.sync('page');

export function Plot(props: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const shape = props.lines.map(({ name, tone }) => `${name}\u0000${tone}`).join('\u0001') + props.unit;

  useEffect(() => {
    const element = box.current!;
    const { lines, unit } = latest.current;
    plot.current = new uPlot(optionsOf(element, lines, unit, latest), dataOf(latest.current), element);
    const resized = new ResizeObserver(() => {
      if (element.clientWidth > 0) plot.current?.setSize({ width: element.clientWidth, height: HEIGHT });
    });
    resized.observe(element);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const repaint = (): void => plot.current?.redraw(true, true);
    dark.addEventListener('change', repaint);
    return () => {
      resized.disconnect();
      dark.removeEventListener('change', repaint);
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [shape]);
  useEffect(() => {
    plot.current?.setData(dataOf(props));
  }, [props.times, props.lines, props.marks]);

  return (
    <div
      ref={box}
      class="plot"
      tabIndex={0}
      role="group"
      aria-label={`${props.label}: chart. Arrows move the time, plus and minus zoom, Home goes back to now.`}
      onKeyDown={(event) => keyPressed(event, props.range)}
    />
  );
}

function keyPressed(event: KeyboardEvent, range: TimeRange): void {
  const now = Date.now() / 1000;
  const next = {
    ArrowLeft: () => moved(range, now, -0.25),
    ArrowRight: () => moved(range, now, 0.25),
    '+': () => moved(range, now, 0, 0.5),
    '=': () => moved(range, now, 0, 0.5),
    '-': () => moved(range, now, 0, 2),
    Home: () => ({ last: 'last' in range ? range.last : range.to - range.from }),
  }[event.key];
  if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  setParameters(parametersOf(next()));
}

const dataOf = ({ times, lines }: PlotProps): uPlot.AlignedData =>
  [[...times], ...lines.map(({ values }) => [...values])] as unknown as uPlot.AlignedData;

const ink = (): string => colourOf('quiet');

function optionsOf(
  element: HTMLElement,
  lines: readonly PlotLine[],
  unit: Unit,
  latest: { readonly current: PlotProps },
): uPlot.Options {
  const grid = { stroke: () => `${ink()}33`, width: 1 };
  const axis = { stroke: ink, grid, ticks: { show: false }, font: '12px system-ui, sans-serif' };
  return {
    width: Math.max(200, element.clientWidth),
    height: HEIGHT,
    legend: { show: false },
    cursor: {
      sync: { key: SYNC.key, setSeries: false },
      drag: { x: true, y: false, setScale: false },
      points: { size: 6 },
    },
    scales: {
      x: { time: true },
      y: {
        range: (_plot, _low, high) => {
          const { max } = latest.current;
          const top = high !== null && Number.isFinite(high) && high > 0 ? high * 1.1 : 1;
          return [0, max === undefined ? top : Math.min(max * 1.02, Math.max(top, max * 0.02))];
        },
      },
    },
    axes: [
      { ...axis, space: 70 },
      { ...axis, size: 64, values: (_plot, ticks) => ticks.map((tick) => format(unit, tick)) },
    ],
    series: [
      {},
      ...lines.map(({ name, tone = undefined }, index) => {
        const used = tone ?? toneAt(index);
        return {
          label: name,
          stroke: () => colourOf(used),
          width: 1.6,
          dash: dashesOf(used),
          points: { show: (plot: uPlot, series: number) => isAlone(plot, series) },
          spanGaps: false,
        };
      }),
    ],
    hooks: {
      setCursor: [(plot) => latest.current.onCursor(plot.cursor.idx ?? null)],
      setSelect: [(plot) => select(plot)],
      draw: [(plot) => drawMarks(plot, latest.current.marks)],
    },
  };
}

/** Points are shown where a line would not be seen: single values between gaps. */
function isAlone(plot: uPlot, series: number): boolean {
  const values = plot.data[series]!;
  const known = (values as (number | null)[]).filter((value) => value !== null && value !== undefined).length;
  return known > 0 && known <= 2;
}

/** A window that was dragged over becomes the range of the page. */
function select(plot: uPlot): void {
  const { left, width } = plot.select;
  if (width < 5) return;
  const from = plot.posToVal(left, 'x');
  const to = plot.posToVal(left + width, 'x');
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  if (to - from >= 30) setParameters(parametersOf({ from, to }));
}

function drawMarks(plot: uPlot, marks: readonly Mark[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colourOf('four');
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
  for (const { at } of marks) {
    const x = plot.valToPos(at, 'x', true);
    if (!(x >= bbox.left && x <= bbox.left + bbox.width)) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}
