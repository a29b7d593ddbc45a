import type { AppConfig } from './config/app-config';

/** The last lines of a start: where to look, and one command to paste. */
export function startupMessage({ server, security, dataDir, docsEnabled }: AppConfig, port: number): string[] {
  const anywhere = ['0.0.0.0', '::'].includes(server.host);
  const host = anywhere ? 'localhost' : server.host.includes(':') ? `[${server.host}]` : server.host;
  const base = `http://${host}:${port}`;
  const { tokens, tokensFile, jwt } = security;
  const configured = tokens.length > 0 || tokensFile !== undefined || jwt.jwksUrl !== undefined;
  const token = configured ? '$TOKEN' : `$(cat ${dataDir}/token)`;
  return [
    `Dashboard: ${base}/performance/dashboard`,
    ...(docsEnabled ? [`API: ${base}/docs`] : []),
    `Try: curl -s -H "Authorization: Bearer ${token}" ${base}/performance/health`,
  ];
}
