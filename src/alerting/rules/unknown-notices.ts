import { Labels } from '../../monitoring/series/labels';
import type { PostedAlert } from '../posted-alert';
import { type ActiveAlert, isDue, nextAlert, posted } from './active-alert';
import type { RuleOfGroup } from './group-run';
import { runbookUrl } from './runbook-url';

/** A rule that cannot say how things are for a moment is no news (ms). */
const FOR_MS = 60_000;
const RULES_NAMED = 5;

export const UNKNOWN_ALERT = 'AlertRulesUnknown';

/** Tells of rules that cannot say how things are: one alert for each cause, however many rules it concerns. */
export class UnknownNotices {
  private alerts = new Map<string, ActiveAlert>();

  /** @param externalUrl where people reach this service; '' where that is not known */
  constructor(private readonly externalUrl = '') {}

  get all(): readonly ActiveAlert[] {
    return [...this.alerts.values()];
  }

  /** @returns what is to be told after an evaluation of these rules */
  update(rules: readonly RuleOfGroup[], timeMs: number, intervalMs: number): PostedAlert[] {
    const causes = new Map<string, { reason: string; names: Set<string> }>();
    for (const { rule, health } of rules) {
      if (health.unknown === undefined) continue;
      const { cause, reason } = health.unknown;
      const known = causes.get(cause) ?? { reason, names: new Set<string>() };
      known.names.add(rule.name);
      causes.set(cause, known);
    }
    const due: PostedAlert[] = [];
    for (const cause of new Set([...causes.keys(), ...this.alerts.keys()])) {
      const found = causes.get(cause);
      const alert = nextAlert(
        this.alerts.get(cause),
        found && { labels: labelsOf(cause), annotations: this.annotationsOf(found), value: found.names.size },
        { forMs: FOR_MS, keepFiringForMs: 0 },
        timeMs,
      );
      if (alert === undefined) {
        this.alerts.delete(cause);
        continue;
      }
      const isTold = isDue(alert, timeMs);
      this.alerts.set(cause, isTold ? { ...alert, sentAtMs: timeMs } : alert);
      if (isTold) due.push(posted(alert, intervalMs, timeMs, ''));
    }
    return due;
  }

  private annotationsOf({ reason, names }: { readonly reason: string; readonly names: ReadonlySet<string> }) {
    const named = [...names].slice(0, RULES_NAMED).join(', ');
    const more = names.size > RULES_NAMED ? ` and ${names.size - RULES_NAMED} more` : '';
    return {
      summary: `${names.size} rules cannot say how things are: ${reason}`,
      description: `What fires goes on firing, and nothing new is seen by ${named}${more}.`,
      runbook_url: runbookUrl(UNKNOWN_ALERT, this.externalUrl),
    };
  }
}

const labelsOf = (cause: string) => Labels.from({ alertname: UNKNOWN_ALERT, cause, severity: 'warning' });
