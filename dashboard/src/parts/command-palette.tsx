// Ctrl-K: go anywhere by its name.
import { useEffect, useRef, useState } from 'preact/hooks';
import { linkTo, PAGES } from '../state/address';
import { useFigures } from '../state/figures';
import { parametersOf, RANGES } from '../state/time-range';

interface Command {
  readonly label: string;
  readonly hash: string;
}

const MOST_SHOWN = 12;

export function CommandPalette() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const figures = useFigures();
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setText('');
      setChosen(0);
      dialog.current?.showModal();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);

  const commands: Command[] = [
    ...PAGES.map((name) => ({ label: `Go to ${name}`, hash: linkTo(name) })),
    ...(figures?.pools ?? []).map(({ name }) => ({ label: `Pool ${name}`, hash: linkTo('pools', { pool: name }) })),
    ...[...new Set((figures?.cache ?? []).map(({ namespace }) => namespace))].map((namespace) => ({
      label: `Cache ${namespace}`,
      hash: linkTo('cache', { namespace }),
    })),
    ...RANGES.map(({ seconds, label }) => ({ label: `Last ${label}`, hash: withRange(seconds) })),
  ];
  const found = commands.filter(({ label }) => label.toLowerCase().includes(text.toLowerCase())).slice(0, MOST_SHOWN);
  const go = (command: Command | undefined): void => {
    dialog.current?.close();
    if (command !== undefined) location.hash = command.hash;
  };
  return (
    <dialog ref={dialog} class="palette" aria-label="Commands">
      <input
        aria-label="command"
        placeholder="Where to?"
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setChosen(Math.min(chosen + 1, found.length - 1));
          else if (event.key === 'ArrowUp') setChosen(Math.max(chosen - 1, 0));
          else if (event.key === 'Enter') go(found[chosen]);
          else return;
          event.preventDefault();
        }}
      />
      <ul role="listbox" aria-label="found">
        {found.map((command, index) => (
          <li key={command.label} role="option" aria-selected={index === chosen} onClick={() => go(command)}>
            {command.label}
          </li>
        ))}
      </ul>
    </dialog>
  );
}

function withRange(last: number): string {
  const [page = '', query = ''] = location.hash.split('?', 2);
  const parameters = new URLSearchParams(query);
  for (const [name, value] of Object.entries(parametersOf({ last }))) {
    if (value === undefined) parameters.delete(name);
    else parameters.set(name, value);
  }
  return `${page || '#/overview'}?${parameters}`;
}
