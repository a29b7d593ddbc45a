// A button that changes something: asks first where it cannot be undone, says how it went, and is not offered to readers.
import { useState } from 'preact/hooks';
import { useMayChange } from '../state/figures';

interface ActionProps {
  readonly label: string;
  /** What is about to happen, for those who press it by mistake. */
  readonly confirm?: string;
  readonly run: () => Promise<string | undefined>;
}

export function Action({ label, confirm: question, run }: ActionProps) {
  const [said, setSaid] = useState<{ readonly text: string; readonly failed: boolean } | undefined>();
  const [isBusy, setBusy] = useState(false);
  if (!useMayChange()) return null;
  async function press(): Promise<void> {
    if (question !== undefined && !confirm(question)) return;
    setBusy(true);
    try {
      setSaid({ text: (await run()) ?? 'done', failed: false });
    } catch (error) {
      setSaid({ text: (error as Error).message, failed: true });
    }
    setBusy(false);
  }
  return (
    <span class="action">
      <button type="button" disabled={isBusy} onClick={() => void press()}>
        {label}
      </button>
      {said !== undefined && (
        <span role="status" data-state={said.failed ? 'critical' : 'ok'}>
          {said.text}
        </span>
      )}
    </span>
  );
}
