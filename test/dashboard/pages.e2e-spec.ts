import type { Browser, Page } from 'playwright-core';
import { accessibilityProblems, launchBrowser } from '../support/browser';
import { PostgresServer } from '../support/postgres-server';
import { dataFolder, ServiceProcess } from '../support/service-process';
import { ADMIN_TOKEN, READ_TOKEN } from '../support/test-config';

const PAGES = ['overview', 'routes', 'cache', 'pools', 'runtime', 'jobs', 'alerts', 'benchmarks', 'explore', 'about'];

describe('the dashboard in a browser', () => {
  let folder: Awaited<ReturnType<typeof dataFolder>>;
  let postgres: PostgresServer;
  let service: ServiceProcess;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  beforeAll(async () => {
    [folder, postgres, browser] = await Promise.all([dataFolder(), PostgresServer.start(), launchBrowser()]);
    service = await ServiceProcess.start(
      {
        POSTGRES_URL: postgres.url,
        RATE_LIMIT_ENABLED: 'false',
        METRICS_SAMPLE_INTERVAL_SECONDS: '1',
        BENCHMARK_ENABLED: 'true',
      },
      folder.path,
    );
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await service.kill('SIGTERM');
    await postgres.close();
    await folder.remove();
  });

  async function open(hash: string, token: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<void> {
    const context = await browser.newContext(options);
    context.setDefaultTimeout(60_000);
    page = await context.newPage();
    complaints = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      if (!request.url().startsWith(service.url) && !request.url().startsWith('data:')) complaints.push(request.url());
    });
    page.on('console', (message) => {
      if (/Content.Security.Policy/i.test(message.text())) complaints.push(message.text());
    });
    await page.goto(`${service.url}/performance/dashboard${hash}`);
    await page.fill('#token', token);
    await page.click('button[type=submit]');
    await page.waitForSelector('main h2, main .chart');
  }
  afterEach(() => page?.context().close());

  it('asks for a token, says when one is wrong, and takes the right one', async () => {
    await open('', READ_TOKEN);
    expect(await page.textContent('header h1')).toBe('performance-gateway');
    await page.context().close();
    const context = await browser.newContext();
    page = await context.newPage();
    await page.goto(`${service.url}/performance/dashboard`);
    await page.fill('#token', 'a-wrong-token-0123456789');
    await page.click('button[type=submit]');
    await page.getByText('That token is not accepted.').waitFor();
    expect(await page.evaluate('JSON.stringify([localStorage, sessionStorage, location.href])')).not.toContain('wrong');
  }, 60_000);

  it.each([
    ['light', 1280],
    ['dark', 400],
  ] as const)(
    'has nothing that axe-core complains of, on any page (%s, %d px)',
    async (colorScheme, width) => {
      await open('#/overview', ADMIN_TOKEN, { colorScheme, viewport: { width, height: 900 } });
      for (const name of PAGES) {
        await page.goto(`${service.url}/performance/dashboard#/${name}`);
        await page.waitForSelector('main h2, main .chart');
        await page.getByText('Asking …').first().waitFor({ state: 'detached' });
        expect([name, await accessibilityProblems(page)]).toEqual([name, []]);
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        expect([name, 'wider than the window by', overflow]).toEqual([name, 'wider than the window by', 0]);
      }
      expect(complaints).toEqual([]);
    },
    240_000,
  );

  it('draws what was measured, says it in words, and shows it as a table', async () => {
    for (let time = 0; time < 5; time++)
      await fetch(`${service.url}/performance`, { headers: { authorization: `Bearer ${READ_TOKEN}` } });
    await open('#/overview', READ_TOKEN);
    const chart = page.locator('figure', { hasText: 'Event-loop delay' });
    await chart.locator('canvas').waitFor();
    expect(await chart.locator('p.unseen').textContent()).toMatch(/^Event-loop delay: p99 .*(steady|between)/);
    await chart.getByRole('button', { name: 'Table' }).click();
    expect(await chart.locator('tbody tr').count()).toBeGreaterThan(3);
    expect(complaints).toEqual([]);
  }, 120_000);

  it('answers a query with its series by their names', async () => {
    const query = encodeURIComponent('system_cpu_time_seconds_total');
    await open(`#/explore?query=${query}`, READ_TOKEN);
    await page.locator('canvas').first().waitFor();
    await page.locator('.legend').getByText('state=').first().waitFor();
    expect(complaints).toEqual([]);
  }, 120_000);

  it('keeps its state in the address, and moves through time by keyboard', async () => {
    await open('#/runtime?range=3600', READ_TOKEN);
    expect(await page.getByLabel('time range').inputValue()).toBe('3600');
    await page.locator('.plot').first().focus();
    await page.keyboard.press('ArrowLeft');
    await page.waitForURL(/from=/);
    const { from, to } = Object.fromEntries(
      new URLSearchParams(((await page.evaluate('location.hash')) as string).split('?')[1]),
    ) as Record<string, string>;
    expect(Number(to) - Number(from)).toBe(3600);
    // Nothing was measured then; the chart keeps the focus all the same, and leads back.
    await page.locator('figure', { hasText: 'CPU' }).getByText('Nothing was measured in this time.').first().waitFor();
    await page.keyboard.press('Home');
    await page.waitForURL(/range=3600/);
    await page.keyboard.press('Control+k');
    await page.keyboard.type('pool postgres');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /^postgres/ }).waitFor();
    expect(await page.evaluate('location.hash')).toContain('#/pools');
  }, 120_000);

  it('offers changes to an admin only, and makes them', async () => {
    await open('#/pools?pool=postgres', READ_TOKEN);
    await page.getByRole('heading', { name: /^postgres/ }).waitFor();
    expect(await page.getByRole('button', { name: 'Resize' }).count()).toBe(0);
    await page.context().close();
    await open('#/pools?pool=postgres', ADMIN_TOKEN);
    await page.getByLabel('Connections at most').fill('7');
    await page.getByRole('button', { name: 'Resize' }).click();
    await page.getByText('at most 7 from now on').waitFor();
    // The overview tells of it, with who did it.
    await page.goto(`${service.url}/performance/dashboard#/overview`);
    await page.getByText(/pool\.resize postgres, by /).waitFor();
  }, 120_000);

  it('says so when the service is gone, and goes on when it is back', async () => {
    await open('#/overview', READ_TOKEN);
    await page.route('**/performance/**', (route) => route.abort());
    await page.getByText('No fresh figures').waitFor();
    expect(await page.title()).toContain('not reachable');
    await page.unroute('**/performance/**');
    await page.getByText('No fresh figures').waitFor({ state: 'detached' });
  }, 120_000);
});
