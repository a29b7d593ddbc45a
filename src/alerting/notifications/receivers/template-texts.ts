import { globSync, readFileSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import { templateFunction, type TemplateFunctions, variadicFunction } from '../../template/template-functions';
import { TemplateSet } from '../../template/template-set';
import { AlertmanagerConfigError } from '../notifications.errors';
import { escapeHtml } from '../../../common/escape-html';
import type { MakeTexts, MessageTexts } from './message-texts';
import type { Notification } from './notification';
import { TemplateData } from './template-data';

/** What a template says is HTML already. */
class SafeHtml {
  constructor(private readonly html: string) {}
  String(): string {
    return this.html;
  }
}

const escape = (text: string, value: unknown) => (value instanceof SafeHtml ? text : escapeHtml(text));

const FUNCTIONS: TemplateFunctions = new Map([
  ['toUpper', templateFunction(['string'], (text) => text.toUpperCase())],
  ['toLower', templateFunction(['string'], (text) => text.toLowerCase())],
  ['title', templateFunction(['string'], titled)],
  ['trimSpace', templateFunction(['string'], (text) => text.trim())],
  ['join', templateFunction(['string', 'any'], (by, texts) => (Array.isArray(texts) ? texts.join(by) : ''))],
  ['safeHtml', templateFunction(['string'], (html) => new SafeHtml(html))],
  ['stringSlice', variadicFunction([], 'string', (...texts) => texts)],
]);

/** The names under which Alertmanager has its defaults, and what we say there. */
const TITLES = [
  '__subject',
  'email.default.subject',
  'slack.default.title',
  'slack.default.fallback',
  'pagerduty.default.description',
  'opsgenie.default.message',
  'discord.default.title',
  'msteams.default.title',
  'msteams.default.summary',
  'msteamsv2.default.title',
];
const TEXTS = [
  '__text_alert_list',
  '__text_alert_list_markdown',
  '__description',
  'slack.default.text',
  'pagerduty.default.instances',
  'opsgenie.default.description',
  'telegram.default.message',
  'discord.default.message',
  'msteams.default.text',
  'msteamsv2.default.text',
];
const LINKS = [
  '__alertmanagerURL',
  'slack.default.titlelink',
  'pagerduty.default.clientURL',
  'opsgenie.default.source',
];
const NAMES = ['__alertmanager', 'slack.default.username', 'pagerduty.default.client'];
const EMPTY = ['pretext', 'callbackid', 'iconemoji', 'iconurl', 'footer'].map((name) => `slack.default.${name}`);

const defining = (names: readonly string[], body: string) =>
  names.map((name) => `{{ define "${name}" }}${body}{{ end }}`).join('');
const DEFAULTS = [
  defining(TITLES, '{{ .DefaultTitle }}'),
  defining(TEXTS, '{{ .DefaultText }}'),
  defining(LINKS, '{{ .ExternalURL }}'),
  defining(NAMES, 'performance-gateway'),
  defining(EMPTY, ''),
  defining(['email.default.html'], '<pre>{{ .DefaultText }}</pre>'),
].join('');

/**
 * The templates of a configuration: texts in Go's template language, with what its files define.
 * @param folder where files are looked for that are not written from the root on
 * @throws AlertmanagerConfigError when a file cannot be read or is no template
 */
export function templateTexts(patterns: readonly string[], folder: string): MakeTexts {
  const plain = new TemplateSet(FUNCTIONS);
  const html = new TemplateSet(FUNCTIONS, { escape });
  for (const set of [plain, html]) {
    set.add('defaults', DEFAULTS);
    for (const pattern of patterns) {
      const files = globSync(isAbsolute(pattern) ? pattern : join(folder, pattern)).toSorted();
      for (const file of files) addFile(set, file);
    }
  }
  return (notification) => new ExpandedTexts(plain, html, notification);
}

function addFile(set: TemplateSet, file: string): void {
  try {
    set.add(basename(file), readFileSync(file, 'utf8'));
  } catch (error) {
    throw new AlertmanagerConfigError(`templates: ${file}: ${(error as Error).message}`);
  }
}

class ExpandedTexts implements MessageTexts {
  private readonly data: TemplateData;

  constructor(
    private readonly plain: TemplateSet,
    private readonly rich: TemplateSet,
    notification: Notification,
  ) {
    this.data = new TemplateData(notification);
  }

  text(template: string | undefined, fallback: () => string): string {
    return this.expanded(this.plain, template, fallback);
  }

  html(template: string | undefined, fallback: () => string): string {
    return this.expanded(this.rich, template, fallback);
  }

  private expanded(set: TemplateSet, template: string | undefined, fallback: () => string): string {
    if (template === undefined) return fallback();
    return template.includes('{{') ? set.expand('message', template, this.data) : template;
  }
}

function titled(text: string): string {
  return text.replaceAll(/(^|\s)(\S)/g, (_all, blank: string, letter: string) => blank + letter.toUpperCase());
}
