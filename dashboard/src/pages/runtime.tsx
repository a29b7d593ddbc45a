import { Charts } from '../charts/chart';
import { RUNTIME } from '../panels/catalogue';

export function RuntimePage() {
  return (
    <>
      <h2>Process and machine</h2>
      <Charts panels={RUNTIME} />
    </>
  );
}
