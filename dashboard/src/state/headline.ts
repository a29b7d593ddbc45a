// One word on how it is: the worst of what is known.
import type { Dashboard } from '../api/types';

export interface Headline {
  readonly state: string;
  readonly word: string;
  /** For the title of the tab, which has no colour. */
  readonly sign: string;
}

export function headline(figures: Dashboard | undefined, problem: Error | undefined): Headline {
  if (problem !== undefined) return { state: 'unreachable', word: 'not reachable', sign: '✕' };
  if (figures === undefined) return { state: 'unknown', word: 'connecting', sign: '…' };
  const firing = figures.alerts.filter(({ state }) => state === 'firing');
  const critical = firing.filter(({ severity }) => severity === 'critical').length;
  if (critical > 0) return { state: 'critical', word: counted(critical, 'critical alert'), sign: '■' };
  if (firing.length > 0) return { state: 'warning', word: counted(firing.length, 'alert'), sign: '▲' };
  if (figures.status !== 'ok') return { state: 'degraded', word: 'degraded', sign: '▲' };
  return { state: 'ok', word: 'ok', sign: '●' };
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'} firing`;
