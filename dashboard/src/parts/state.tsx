// A state in words, colour and a sign: never colour alone.
const SIGNS: Readonly<Record<string, string>> = {
  ok: '●',
  up: '●',
  closed: '●',
  inactive: '○',
  not_configured: '○',
  resolved: '○',
  pending: '◐',
  degraded: '▲',
  warning: '▲',
  'half-open': '◐',
  unknown: '?',
  down: '■',
  open: '■',
  firing: '■',
  critical: '■',
  failed: '■',
  lost: '■',
};
const TONES: Readonly<Record<string, string>> = {
  firing: 'critical',
  closed: 'ok',
  open: 'critical',
  failed: 'critical',
  completed: 'ok',
  done: 'ok',
  lost: 'critical',
};

export function State({ state, children }: { readonly state: string; readonly children?: string }) {
  return (
    <span class="state" data-state={TONES[state] ?? state}>
      <span aria-hidden="true">{SIGNS[state] ?? '○'} </span>
      {children ?? state.replaceAll('_', ' ')}
    </span>
  );
}
