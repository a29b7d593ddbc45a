import { stringify } from 'yaml';

/** What makes a configuration where there is no file. */
export interface SimpleTargets {
  readonly webhookUrl?: string | undefined;
  readonly slackUrl?: string | undefined;
  /** Addresses, separated by commas. */
  readonly emailTo?: string | undefined;
  /** `smtp://user:password@host:port?from=…`, or `smtps://` for TLS from the start. */
  readonly smtpUrl?: string | undefined;
}

const SMTPS_PORT = '465';
const SMTP_PORT = '25';
const SUBMISSION_PORT = '587';

/** A configuration that tells every alert to each of the targets, grouped by its name, critical ones silencing their warnings. */
export function configFromTargets({ webhookUrl, slackUrl, emailTo, smtpUrl }: SimpleTargets): string {
  const resolved = { send_resolved: true };
  return stringify({
    route: {
      receiver: 'default',
      group_by: ['alertname'],
      group_wait: '0s',
      group_interval: '1m',
      repeat_interval: '4h',
    },
    inhibit_rules: [
      {
        source_matchers: ['severity="critical"'],
        target_matchers: ['severity="warning"'],
        equal: ['alertname', 'instance'],
      },
    ],
    receivers: [
      {
        name: 'default',
        ...(webhookUrl !== undefined && { webhook_configs: [{ url: webhookUrl, ...resolved }] }),
        ...(slackUrl !== undefined && { slack_configs: [{ api_url: slackUrl, ...resolved }] }),
        ...(emailTo !== undefined &&
          smtpUrl !== undefined && { email_configs: [{ to: emailTo, ...resolved, ...smtpFields(smtpUrl) }] }),
      },
    ],
  });
}

function smtpFields(text: string): Record<string, unknown> {
  const url = new URL(text);
  const user = decodeURIComponent(url.username);
  const password = decodeURIComponent(url.password);
  const secure = url.protocol === 'smtps:';
  const port = url.port || (secure ? SMTPS_PORT : user === '' ? SMTP_PORT : SUBMISSION_PORT);
  const from = url.searchParams.get('from') ?? (user.includes('@') ? user : `alerts@${url.hostname}`);
  return {
    smarthost: `${url.hostname}:${port}`,
    from,
    // A password never goes over a connection that anybody can read.
    require_tls: secure || password !== '',
    ...(user !== '' && { auth_username: user }),
    ...(password !== '' && { auth_password: password }),
  };
}
