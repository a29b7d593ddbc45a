import { useState } from 'preact/hooks';
import { signIn, type Unauthorized } from '../api/client';

export function SignIn({
  name,
  problem,
  onDone,
}: {
  readonly name: string;
  readonly problem: Unauthorized;
  readonly onDone: () => void;
}) {
  const [message, setMessage] = useState(problem.message);
  const [isBusy, setBusy] = useState(false);
  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const token = new FormData(event.currentTarget as HTMLFormElement).get('token');
    setBusy(true);
    try {
      await signIn(String(token).trim());
      onDone();
    } catch (error) {
      setMessage((error as Error).message);
    }
    setBusy(false);
  }
  return (
    <main class="sign-in">
      <h1>{name}</h1>
      <form onSubmit={(event) => void submit(event as unknown as SubmitEvent)}>
        <label for="token">API token</label>
        <input
          id="token"
          name="token"
          type="password"
          autocomplete="current-password"
          required
          minLength={16}
          autofocus
        />
        <button type="submit" disabled={isBusy}>
          Sign in
        </button>
        <p role="status">{message}</p>
        <p class="quiet">
          A read token is enough to look. Started without API_TOKENS, the service keeps one in{' '}
          <code>DATA_DIR/token</code> (<code>.data/token</code> unless it is set).
        </p>
      </form>
    </main>
  );
}
