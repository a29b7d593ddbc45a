// What is said where there are no figures.
import { Forbidden, Unreachable } from '../api/client';

const EMPTY = {
  collecting: 'Asking …',
  nothing: 'Nothing was measured in this time.',
} as const;

export function EmptyState({ kind }: { readonly kind: keyof typeof EMPTY }) {
  return <p class="empty quiet">{EMPTY[kind]}</p>;
}

export function ErrorNote({ error, stale = false }: { readonly error: Error; readonly stale?: boolean }) {
  const kept = stale ? ' What stands here is what was last known.' : '';
  const what = error instanceof Forbidden ? `Not with this token: ${error.message}` : error.message;
  return (
    <p class="note" data-state={error instanceof Unreachable ? 'unreachable' : 'warning'} role="alert">
      {what}
      {kept}
    </p>
  );
}

/** A part that is not there, and what to set to have it. */
export function NotConfigured({ what, remedy }: { readonly what: string; readonly remedy: string }) {
  return (
    <p class="empty quiet">
      {what} is not configured. {remedy}
    </p>
  );
}
