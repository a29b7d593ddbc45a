/**
 * The whole environment of the server's processes: none of the variables of this process, some of which are secrets, and
 * a time zone that does not depend on the machine.
 */
export const SERVER_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
};
