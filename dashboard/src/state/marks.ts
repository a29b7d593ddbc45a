// The event line: what happened, drawn across every chart.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Mark } from '../charts/plot';

export const Marks = createContext<readonly Mark[]>([]);
export const useMarks = (): readonly Mark[] => useContext(Marks);
