import { z } from 'zod';
import { type Kind, kindOf } from '../common/settings/kind';

const ADDRESS = z.union([z.enum(['loopback', 'linklocal', 'uniquelocal']), z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);
const PROXIES = z.union([z.literal(false), z.int().min(1).max(99), z.array(ADDRESS).min(1)]);

/** `off`, a number of proxies in front, or their addresses (as Express's `trust proxy` takes them). */
export const TRUST_PROXY: Kind<false | number | string[]> = kindOf(
  'off, a number of hops from 1 to 99, or addresses such as 10.0.0.0/8,loopback',
  (value) => PROXIES.safeParse(value).success,
  (text) => {
    if (['off', 'false', '0'].includes(text)) return false;
    if (/^[1-9]\d?$/.test(text)) return Number(text);
    return text.split(',').flatMap((part) => part.trim() || []);
  },
);
