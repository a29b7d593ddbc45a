import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { escapeHtml } from '../../common/escape-html';
import { type DashboardAsset, htmlAsset } from '../overview/dashboard-assets';

const FOLDER = join(__dirname, '../../../docs/runbooks');

/** The page of each shipped alert, by its name. */
export const RUNBOOK_PAGES: ReadonlyMap<string, DashboardAsset> = new Map(
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.md'))
    .map((file) => {
      const name = file.slice(0, -'.md'.length);
      return [name, htmlAsset(pageOf(name, readFileSync(join(FOLDER, file), 'utf8')))];
    }),
);

/** Runbooks consist of headings, paragraphs and `code`. */
function pageOf(name: string, markdown: string): string {
  const blocks = markdown.split('\n\n').map((block) => {
    const [, marks, heading] = /^(#{1,2}) (.*)$/.exec(block.trim()) ?? [];
    return marks === undefined
      ? `<p>${inline(block.trim())}</p>`
      : `<h${marks.length}>${inline(heading!)}</h${marks.length}>`;
  });
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(name)}</title>`;
  return `<!doctype html>\n<html lang="en"><head>${head}</head><body>\n${blocks.join('\n')}\n</body></html>\n`;
}

function inline(text: string): string {
  return escapeHtml(text).replaceAll(/`([^`]*)`/g, '<code>$1</code>');
}
