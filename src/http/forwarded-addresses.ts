const WITH_PORT = /^(?:(\d{1,3}(?:\.\d{1,3}){3})|\[([0-9a-fA-F:.]{2,45})\]):?\d{0,5}$/;

/** `X-Forwarded-For` without the ports that some proxies add, such as `203.0.113.9:4711` and `[2001:db8::1]:4711`. */
export function withoutPorts(forwardedFor: string): string {
  return forwardedFor
    .split(',')
    .map((part) => {
      const address = part.trim();
      const [, v4, v6] = WITH_PORT.exec(address) ?? [];
      return v4 ?? v6 ?? address;
    })
    .join(', ');
}
