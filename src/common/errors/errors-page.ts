import { ERROR_CODES, type ErrorCodeEntry } from './error-codes';

const INTRODUCTION = `# Errors

Generated from \`src/common/errors/error-codes.ts\` by \`npm run docs:generate\`.

Every error of the service is an \`application/problem+json\` answer ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457))
with these members: \`type\` (\`about:blank\`), \`title\`, \`status\`, \`code\` (stable, from the table), \`detail\` (this
occurrence), \`instance\` (the path), \`requestId\` (as in \`X-Request-Id\` and in the log) and, where the request itself is
wrong, \`errors\`: each part that has to change with \`in\`, \`field\`, \`message\` and \`value\`.
`;

const HEADER = ['code', 'status', 'what happened', 'what to do'];

/** The whole of docs/errors.md, its table aligned as the formatter wants it. */
export function renderErrorsPage(codes: Readonly<Record<string, ErrorCodeEntry>> = ERROR_CODES): string {
  const rows = Object.entries(codes)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([code, { status, title, remedy }]) => [`\`${code}\``, String(status), escaped(title), escaped(remedy)]);
  const widths = HEADER.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((text, column) => text.padEnd(widths[column]!)).join(' | ')} |`;
  const rule = line(widths.map((width) => '-'.repeat(width)));
  return [INTRODUCTION, line(HEADER), rule, ...rows.map(line), ''].join('\n');
}

const escaped = (text: string) => text.replaceAll('|', '\\|');
