// The page: signs in, asks every few seconds, shows what came back, and says so when nothing does.
import { overview, token, Unauthorized } from './api.js';
import { createCharts } from './charts.js';

const REFRESH_MS = 5_000;
const $ = (id) => document.getElementById(id);
const charts = createCharts($('charts'));
let timer;

$('login').addEventListener('submit', (event) => {
  event.preventDefault();
  token.set($('token').value.trim());
  void refresh();
});
$('forget').addEventListener('click', () => {
  token.forget();
  signIn('Signed out.');
});
$('range').addEventListener('change', () => void refresh());
document.addEventListener('visibilitychange', () => {
  if (!document.hidden && $('login').hidden) void refresh();
});
void refresh(); // an application that has no guard shows everything without a token

async function refresh() {
  clearTimeout(timer);
  try {
    show(await overview());
    await charts.draw(Number($('range').value));
    notice('');
  } catch (error) {
    if (error instanceof Unauthorized) return signIn(error.message);
    setStatus('unreachable', 'not reachable');
    notice(`No fresh data: ${error.message}. Trying again every ${REFRESH_MS / 1000} s.`);
  }
  if (!document.hidden) timer = setTimeout(refresh, REFRESH_MS);
}

function signIn(message) {
  clearTimeout(timer);
  $('login').hidden = false;
  $('content').hidden = true;
  $('forget').hidden = true;
  setStatus('', message);
  $('token').focus();
}

function show({ status, uptimeSeconds, checks, pools, cache, alerts }) {
  $('login').hidden = true;
  $('content').hidden = false;
  $('forget').hidden = !token.get();
  setStatus(status, status);
  $('uptime').textContent = `up ${duration(uptimeSeconds)}`;
  $('checks').replaceChildren(...Object.entries(checks).map(([name, check]) => card(name, check)));
  $('alerts').replaceChildren(
    ...(alerts.length > 0 ? alerts.map(alert) : [text('p', 'quiet', 'none pending or firing')]),
  );
  table(
    $('pools'),
    ['pool', 'state', 'in use', 'idle', 'waiting', 'max', 'wait p95', 'use p95', 'timeouts', 'errors'],
    pools.map((p) => [
      p.name,
      p.state,
      p.inUse,
      p.idle,
      p.waiting,
      p.max,
      ms(p.waitP95Ms),
      ms(p.useP95Ms),
      p.timeouts,
      p.errors,
    ]),
  );
  table(
    $('cache'),
    ['namespace', 'tier', 'hits', 'misses', 'hit rate', 'entries', 'size', 'load p95'],
    cache.map((c) => [
      c.namespace,
      c.tier,
      c.hits,
      c.misses,
      share(c.hits + c.misses > 0 ? c.hitRate : null),
      c.entries ?? '–',
      size(c.bytes),
      ms(c.loadP95Ms),
    ]),
  );
}

function card(name, { status, message }) {
  const box = text('div', 'card', '');
  const state = text('p', 'state', status.replaceAll('_', ' '));
  state.dataset.state = status;
  box.append(text('p', 'quiet', name), state);
  if (message) box.append(text('p', 'quiet message', message));
  return box;
}

function alert({ name, severity, state, value, threshold, since, summary, unknown }) {
  const line = text('p', '', '');
  const tag = text('strong', 'state', `${severity}, ${state}`);
  tag.dataset.state = { pending: 'pending', resolved: 'ok' }[state] ?? severity;
  const figures = `${value === null ? '–' : value.toPrecision(3)} against ${threshold ?? '–'}`;
  const doubt = unknown === null ? '' : `; unknown now: ${unknown}`;
  line.append(tag, ` ${name}: ${summary} (${figures}, since ${new Date(since).toLocaleTimeString()}${doubt})`);
  return line;
}

function table(element, headings, rows) {
  const head = document.createElement('tr');
  head.append(...headings.map((heading) => text('th', heading === 'state' ? 'state' : '', heading)));
  const body = rows.map((cells) => {
    const row = document.createElement('tr');
    row.append(...cells.map((value, column) => (headings[column] === 'state' ? stateCell(value) : cell(value))));
    return row;
  });
  if (rows.length === 0) {
    const nothing = text('td', 'quiet', 'nothing yet');
    nothing.colSpan = headings.length;
    const row = document.createElement('tr');
    row.append(nothing);
    body.push(row);
  }
  element.replaceChildren(head, ...body);
}

const cell = (value) => text('td', '', String(value));

function stateCell(state) {
  const element = text('td', 'state', state.replaceAll('_', ' '));
  element.dataset.state = state;
  return element;
}

function text(tag, className, content) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = content;
  return element;
}

function setStatus(state, label) {
  $('status').dataset.state = state;
  $('status').textContent = label;
}

function notice(message) {
  $('notice').hidden = message === '';
  $('notice').textContent = message;
}

const ms = (v) => (v === null || v === undefined ? '–' : `${v < 10 ? v.toFixed(2) : v.toFixed(0)} ms`);
const share = (v) => (v === null || v === undefined ? '–' : `${(v * 100).toFixed(1)} %`);
const size = (v) =>
  v === null || v === undefined
    ? '–'
    : v < 1_048_576
      ? `${(v / 1024).toFixed(0)} kB`
      : `${(v / 1_048_576).toFixed(1)} MB`;

function duration(seconds) {
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
  ].filter(([n]) => n > 0);
  return parts.length > 0 ? parts.map(([n, unit]) => `${n} ${unit}`).join(' ') : `${Math.floor(seconds)} s`;
}
