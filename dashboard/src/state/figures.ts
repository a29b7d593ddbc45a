import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Session } from '../api/client';
import type { Dashboard } from '../api/types';

/** How the service is right now; undefined until it has said. */
export const Figures = createContext<Dashboard | undefined>(undefined);
export const useFigures = (): Dashboard | undefined => useContext(Figures);

/** Who looks; undefined where the application's own guard decides. */
export const Who = createContext<Session | undefined>(undefined);

/** Whether to offer changes. Where the application decides, they are offered, and it says no if it does. */
export function useMayChange(): boolean {
  const who = useContext(Who);
  return who === undefined || who.scope === 'admin';
}
