/**
 * Where the page of a shipped alert is served: what it means, how to see it, what to do.
 * @param externalUrl where people reach this service; without it the path alone is told
 */
export const runbookUrl = (alert: string, externalUrl: string | undefined): string =>
  `${externalUrl?.replace(/\/$/, '') ?? ''}/performance/runbooks/${alert}`;
