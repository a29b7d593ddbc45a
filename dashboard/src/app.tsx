// The frame of every page: who is asked, how it is, where one can go, which time is looked at.
import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { get, type Session, session, signOut, Unauthorized } from './api/client';
import { read } from './api/read';
import type { Dashboard } from './api/types';
import { duration } from './charts/format';
import { AboutPage } from './pages/about';
import { AlertsPage } from './pages/alerts';
import { BenchmarksPage } from './pages/benchmarks';
import { CachePage } from './pages/cache';
import { ExplorePage } from './pages/explore';
import { JobsPage } from './pages/jobs';
import { OverviewPage } from './pages/overview';
import { PoolsPage } from './pages/pools';
import { RoutesPage } from './pages/routes';
import { RuntimePage } from './pages/runtime';
import { CommandPalette } from './parts/command-palette';
import { EmptyState } from './parts/notes';
import { SignIn } from './parts/sign-in';
import { State } from './parts/state';
import { TimePicker } from './parts/time-picker';
import { linkTo, type PageName, PAGES, useAddress } from './state/address';
import { Beat, Interval, useIntervalSeconds, useLoaded } from './state/clock';
import { Marks, marksOf } from './state/marks';
import { timeRangeOf } from './state/time-range';
import { Figures, Who } from './state/figures';
import { headline } from './state/headline';

const REFRESH_MS = 5_000;

const VIEWS: Readonly<Record<PageName, () => preact.JSX.Element>> = {
  overview: OverviewPage,
  routes: RoutesPage,
  cache: CachePage,
  pools: PoolsPage,
  runtime: RuntimePage,
  jobs: JobsPage,
  alerts: AlertsPage,
  benchmarks: BenchmarksPage,
  explore: ExplorePage,
  about: AboutPage,
};

const { content: NAME, dataset } = document.querySelector<HTMLMetaElement>('meta[name=application-name]')!;

export function App() {
  const { page } = useAddress();
  const [beat, setBeat] = useState(0);
  const [figures, setFigures] = useState<Dashboard | undefined>();
  const [problem, setProblem] = useState<Error | undefined>();
  const [who, setWho] = useState<Session | undefined>();
  const [interval, setInterval_] = useState(10);

  const refresh = useCallback(async () => {
    try {
      setFigures(await read('/performance/dashboard'));
      setProblem(undefined);
      setBeat((before) => before + 1);
    } catch (error) {
      setProblem(error as Error);
    }
  }, []);
  const enter = useCallback(async () => {
    try {
      setWho(await session());
      setInterval_(await samplingInterval());
    } catch (error) {
      if (!(error instanceof Unauthorized)) setProblem(error as Error);
    }
    await refresh();
  }, [refresh]);

  useEffect(() => void enter(), [enter]);
  useEffect(() => {
    if (problem instanceof Unauthorized) return undefined;
    const timer = setInterval(() => void (document.hidden || refresh()), REFRESH_MS);
    const seen = (): void => void (document.hidden || refresh());
    document.addEventListener('visibilitychange', seen);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', seen);
    };
  }, [problem instanceof Unauthorized, refresh]);

  const said = headline(figures, problem);
  useEffect(() => {
    document.title = `${said.sign} ${said.word} · ${NAME}`;
  }, [said.sign, said.word]);

  if (problem instanceof Unauthorized) {
    return <SignIn name={NAME} problem={problem} onDone={() => void enter()} />;
  }
  if (figures === undefined && problem === undefined) return <EmptyState kind="collecting" />;
  const View = VIEWS[page];
  return (
    <Beat.Provider value={beat}>
      <Interval.Provider value={interval}>
        <Figures.Provider value={figures}>
          <WithMarks>
            <Who.Provider value={who}>
              <a class="skip" href="#main" onClick={(event) => focusMain(event)}>
                To the content
              </a>
              <header>
                <h1>{NAME}</h1>
                <p class="status" role="status">
                  <State state={said.state}>{said.word}</State>
                </p>
                {figures !== undefined && (
                  <p class="quiet">
                    {figures.instance}, up {duration(figures.uptimeSeconds)}
                  </p>
                )}
                <div class="actions">
                  <TimePicker />
                  {dataset.api !== '' && <a href={dataset.api}>API</a>}
                  {who !== undefined && (
                    <button type="button" onClick={() => void signOut().then(enter)}>
                      Sign out
                    </button>
                  )}
                </div>
              </header>
              <nav aria-label="Pages">
                {PAGES.map((name) => (
                  <a key={name} href={linkTo(name)} aria-current={name === page ? 'page' : undefined}>
                    {name[0]!.toUpperCase() + name.slice(1)}
                  </a>
                ))}
              </nav>
              {problem !== undefined && (
                <p class="note" data-state="unreachable" role="alert">
                  No fresh figures: {problem.message}. Trying again every {REFRESH_MS / 1000} s.
                </p>
              )}
              <main id="main" tabIndex={-1}>
                <View key={page} />
              </main>
              <CommandPalette />
            </Who.Provider>
          </WithMarks>
        </Figures.Provider>
      </Interval.Provider>
    </Beat.Provider>
  );
}

/** The events of the range that is looked at, for every chart below. */
function WithMarks({ children }: { readonly children: ComponentChildren }) {
  const time = timeRangeOf(useAddress().parameters);
  const interval = useIntervalSeconds();
  const { value = [] } = useLoaded(JSON.stringify(time), (signal) => marksOf(time, interval, signal));
  return <Marks.Provider value={value}>{children}</Marks.Provider>;
}

function focusMain(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

/** Seconds between two samples. */
async function samplingInterval(): Promise<number> {
  const { data } = await get<{ data: { activeTargets: { scrapeInterval: string }[] } }>('prometheus/api/v1/targets');
  return Math.max(1, Math.ceil(Number.parseFloat(data.activeTargets[0]?.scrapeInterval ?? '10')));
}
