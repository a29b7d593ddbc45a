import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { optionName } from '../../../common/settings/option-names';
import { AlertmanagerConfigError } from '../notifications.errors';
import type { MakeTexts } from '../receivers/message-texts';
import { templateTexts } from '../receivers/template-texts';
import { type AlertmanagerConfig, parseAlertmanagerConfig } from './alertmanager-config';
import { configFromTargets, type SimpleTargets } from './config-from-targets';

export interface NotificationConfigOptions extends SimpleTargets {
  readonly configFile?: string | undefined;
}

export interface LoadedConfig {
  readonly config: AlertmanagerConfig;
  readonly makeTexts: MakeTexts;
}

/** The configuration in force: that of a file, or one made of the targets that are options. */
export class NotificationConfig {
  private loaded: LoadedConfig;
  private readAt: string | undefined;

  /** @throws AlertmanagerConfigError when the file cannot be used */
  constructor(private readonly options: NotificationConfigOptions) {
    if (options.emailTo !== undefined && options.smtpUrl === undefined && options.configFile === undefined)
      throw new AlertmanagerConfigError(
        `e-mail needs a server that takes it: set ${optionName('AlertingModule', 'notifications.smtpUrl')}`,
      );
    this.readAt = this.stamp();
    this.loaded = this.load();
  }

  get current(): LoadedConfig {
    return this.loaded;
  }

  /** Whether anybody is told at all. */
  get tellsAnybody(): boolean {
    return this.loaded.config.receivers.some(({ integrations }) => integrations.length > 0);
  }

  /** Whether the file is another than the one that was read last. */
  hasChanged(): boolean {
    return this.stamp() !== this.readAt;
  }

  /** Reads the file again; what is in force stays when it is wrong. @throws AlertmanagerConfigError */
  reload(): LoadedConfig {
    this.readAt = this.stamp();
    this.loaded = this.load();
    return this.loaded;
  }

  private load(): LoadedConfig {
    const { configFile } = this.options;
    const config = parseAlertmanagerConfig(
      configFile === undefined ? configFromTargets(this.options) : readText(configFile),
    );
    const folder = configFile === undefined ? '.' : dirname(resolve(configFile));
    return { config, makeTexts: templateTexts(config.templates, folder) };
  }

  private stamp(): string | undefined {
    const { configFile } = this.options;
    const stat = configFile === undefined ? undefined : statSync(configFile, { throwIfNoEntry: false });
    return stat && `${stat.mtimeMs} ${stat.size} ${stat.ino}`;
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new AlertmanagerConfigError(`${file} cannot be read: ${(error as Error).message}`);
  }
}
