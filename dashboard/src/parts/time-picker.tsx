import { setParameters, useAddress } from '../state/address';
import { moved, parametersOf, RANGES, timeRangeOf } from '../state/time-range';
import { clockTime } from '../charts/format';

export function TimePicker() {
  const range = timeRangeOf(useAddress().parameters);
  const isKnown = 'last' in range && RANGES.some(({ seconds }) => seconds === range.last);
  const custom =
    'last' in range
      ? `last ${Math.round(range.last / 60)} min`
      : `${clockTime(range.from * 1000)} – ${clockTime(range.to * 1000)}`;
  const go = (share: number, factor = 1) => setParameters(parametersOf(moved(range, Date.now() / 1000, share, factor)));
  return (
    <div class="time" role="group" aria-label="Time">
      <button type="button" class="small" aria-label="earlier" onClick={() => go(-0.5)}>
        ‹
      </button>
      <select
        aria-label="time range"
        value={isKnown && 'last' in range ? String(range.last) : 'custom'}
        onChange={(event) => {
          const last = Number(event.currentTarget.value);
          if (last > 0) setParameters(parametersOf({ last }));
        }}
      >
        {RANGES.map(({ seconds, label }) => (
          <option key={seconds} value={String(seconds)}>
            last {label}
          </option>
        ))}
        {!isKnown && <option value="custom">{custom}</option>}
      </select>
      <button type="button" class="small" aria-label="later" onClick={() => go(0.5)}>
        ›
      </button>
      <button type="button" class="small" aria-label="zoom out" onClick={() => go(0, 2)}>
        −
      </button>
    </div>
  );
}
