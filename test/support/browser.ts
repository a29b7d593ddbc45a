import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Debian's; `npm run setup:test` installs it. */
const EXECUTABLE = '/usr/bin/chromium';
const AXE = readFileSync(join(__dirname, '../../node_modules/axe-core/axe.min.js'), 'utf8');

export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath: EXECUTABLE, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** What axe-core finds wrong for people who use the page otherwise than by eye and mouse. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  // In a world of its own, which the page's policy for scripts does not reach.
  const found = await page.evaluate(`(() => { ${AXE}; return axe.run(document, { resultTypes: ['violations'] }); })()`);
  const { violations } = found as { violations: { id: string; nodes: { html: string }[] }[] };
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}
