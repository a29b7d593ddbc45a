import type { SmallFileReader } from './small-file-reader';
import { PRESSURE_RESOURCES, type PressureStall } from './system-sample';

const MICROSECONDS = 1_000_000;

/** Reads pressure stall information (kernel.org, accounting/psi), which `fileOf` finds for each resource. */
export function readPressure(files: SmallFileReader, fileOf: (resource: string) => string): PressureStall {
  const found = PRESSURE_RESOURCES.flatMap((resource) => {
    const text = files.read(fileOf(resource));
    const some = secondsOf('some', text);
    return some === undefined ? [] : [[resource, { some, full: secondsOf('full', text) ?? 0 }]];
  });
  return Object.fromEntries(found);
}

function secondsOf(share: 'some' | 'full', text: string | undefined): number | undefined {
  const total = new RegExp(`^${share} .*total=(\\d+)`, 'm').exec(text ?? '');
  return total === null ? undefined : Number(total[1]) / MICROSECONDS;
}
