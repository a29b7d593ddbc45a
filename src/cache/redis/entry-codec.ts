import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import type { Lifetime } from '../tiers/lifetime';
import type { SharedEntry } from '../tiers/shared-tier';
import { adopt, type Cacheable } from '../values/cacheable-value';
import { checksum } from './checksum';
import type { ServerTime } from './server-time';
import { fromTypedJson, toTypedJson } from '../values/typed-json';

/**
 * A value in Redis: magic and version (2 bytes), the logical time as of which it is valid (16 digits, written by the
 * script that stores it), three times of the server's clock (doubles, Unix ms), flags, the checksum of what follows, the tags and the body.
 */
export const MAGIC = Buffer.from([0xc9, 0x01]);
const AS_OF_AT = 2;
const REST_AT = 18;
const EXPIRES_AT = REST_AT;
const STALE_UNTIL_AT = REST_AT + 8;
const REFRESH_AT = REST_AT + 16;
/** `s` if it may be served stale, else `-`; read by the script that makes it stale. */
export const STALE_FLAG_AT = REST_AT + 24;
const MAY_BE_STALE = 's'.charCodeAt(0);
const MAY_NOT_BE_STALE = '-'.charCodeAt(0);
const FLAGS_AT = REST_AT + 25;
const CHECKSUM_AT = REST_AT + 26;
const TAGS_LENGTH_AT = REST_AT + 30;
const BODY_AT = REST_AT + 34;
/** Redis takes no text above 512 MB; a little of that is for what stands before the body. */
const MAX_PAYLOAD_BYTES = 511 * 1_048_576;
const DIGIT_0 = 0x30;
const TYPED = 1;
const COMPRESSED = 2;

/** What EXPIRE writes over the time of expiry: the epoch. */
export const EXPIRED = { at: EXPIRES_AT, bytes: Buffer.alloc(8) };

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
const FASTEST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

type MaybePromise<T> = T | Promise<T>;

export interface CodecOptions {
  readonly compressionThresholdBytes: number;
  readonly maxDecompressedBytes: number;
}

/** Encodes values to bytes and decodes them, for every type that the memory tier can hold. */
export class EntryCodec {
  constructor(
    private readonly options: CodecOptions,
    private readonly time: ServerTime,
  ) {}

  /**
   * All bytes after the logical time; undefined for a value so large that `decode` would refuse it. Only for values that
   * are data (not `referenced`).
   */
  encode(stored: Cacheable, life: Lifetime, tags: readonly string[]): MaybePromise<Buffer | undefined> {
    const text = stored.json ? JSON.stringify(stored.value) : toTypedJson(stored.value);
    const flags = stored.json ? 0 : TYPED;
    const tagText = tags.length === 0 ? '' : JSON.stringify(tags);
    const bytes = Buffer.byteLength(text);
    if (bytes >= this.options.compressionThresholdBytes)
      return this.compressed(Buffer.from(text), life, tagText, flags);
    if (bytes > MAX_PAYLOAD_BYTES) return undefined;
    const rest = this.withHead(life, tagText, bytes);
    rest.write(text, rest.length - bytes);
    return this.finished(rest, flags);
  }

  private async compressed(plain: Buffer, life: Lifetime, tagText: string, flags: number): Promise<Buffer | undefined> {
    const packed = await compress(plain, FASTEST);
    const small = packed.length < plain.length;
    if ((small && plain.length > this.options.maxDecompressedBytes) || packed.length > MAX_PAYLOAD_BYTES)
      return undefined;
    const body = small ? packed : plain;
    const rest = this.withHead(life, tagText, body.length);
    body.copy(rest, rest.length - body.length);
    return this.finished(rest, flags | (small ? COMPRESSED : 0));
  }

  /** All but flags, checksum and a body of so many bytes. */
  private withHead(life: Lifetime, tagText: string, bodyBytes: number): Buffer {
    const tagBytes = Buffer.byteLength(tagText);
    const rest = Buffer.allocUnsafe(BODY_AT - REST_AT + tagBytes + bodyBytes);
    rest.writeDoubleLE(this.time.toShared(life.expiresAt), EXPIRES_AT - REST_AT);
    rest.writeDoubleLE(this.time.toShared(life.staleUntil), STALE_UNTIL_AT - REST_AT);
    rest.writeDoubleLE(this.time.toShared(life.refreshAt), REFRESH_AT - REST_AT);
    rest[STALE_FLAG_AT - REST_AT] = life.staleUntil > life.expiresAt ? MAY_BE_STALE : MAY_NOT_BE_STALE;
    rest.writeUInt32LE(tagBytes, TAGS_LENGTH_AT - REST_AT);
    if (tagBytes > 0) rest.write(tagText, BODY_AT - REST_AT);
    return rest;
  }

  private finished(rest: Buffer, flags: number): Buffer {
    rest[FLAGS_AT - REST_AT] = flags;
    rest.writeUInt32LE(checksum(rest, BODY_AT - REST_AT), CHECKSUM_AT - REST_AT);
    return rest;
  }

  /** The logical time of a payload, or undefined for bytes that this codec did not write. */
  asOf(payload: Buffer): number | undefined {
    if (payload.length < BODY_AT || payload[0] !== MAGIC[0] || payload[1] !== MAGIC[1]) return undefined;
    let asOf = 0;
    for (let at = AS_OF_AT; at < REST_AT; at++) {
      const digit = payload[at]! - DIGIT_0;
      if (digit < 0 || digit > 9) return undefined;
      asOf = asOf * 10 + digit;
    }
    return Number.isSafeInteger(asOf) ? asOf : undefined;
  }

  /** How many bytes `facts` needs. */
  readonly headBytes = BODY_AT;

  /** What the first bytes of a payload say; undefined for bytes that this codec did not write. */
  facts(head: Buffer): { readonly asOf: number; readonly expiresAt: number; readonly tagged: boolean } | undefined {
    const asOf = this.asOf(head);
    if (asOf === undefined) return undefined;
    const expiresAt = this.time.fromShared(head.readDoubleLE(EXPIRES_AT));
    return { asOf, expiresAt, tagged: head.readUInt32LE(TAGS_LENGTH_AT) > 0 };
  }

  /** The entry in a payload. Throws if `encode` did not write it, or if it would become too large. */
  decode(payload: Buffer): SharedEntry | Promise<SharedEntry> {
    if (checksum(payload, BODY_AT) !== payload.readUInt32LE(CHECKSUM_AT)) throw new TypeError('wrong checksum');
    const flags = payload[FLAGS_AT]!;
    const bodyAt = BODY_AT + payload.readUInt32LE(TAGS_LENGTH_AT);
    if ((flags & COMPRESSED) === 0) return this.entry(payload, bodyAt, payload.toString('utf8', bodyAt), flags);
    return this.decompressed(payload, bodyAt, flags);
  }

  /** Async, so that the promise is of this realm: zlib's is no `instanceof Promise` in a VM context (Jest). */
  private async decompressed(payload: Buffer, bodyAt: number, flags: number): Promise<SharedEntry> {
    const limit = { maxOutputLength: this.options.maxDecompressedBytes };
    const body = await decompress(payload.subarray(bodyAt), limit);
    return this.entry(payload, bodyAt, body.toString(), flags);
  }

  private entry(payload: Buffer, bodyAt: number, text: string, flags: number): SharedEntry {
    const value: unknown = (flags & TYPED) === 0 ? JSON.parse(text) : fromTypedJson(text);
    return {
      stored: adopt(value, (flags & TYPED) === 0),
      expiresAt: this.time.fromShared(payload.readDoubleLE(EXPIRES_AT)),
      staleUntil: this.time.fromShared(payload.readDoubleLE(STALE_UNTIL_AT)),
      refreshAt: this.time.fromShared(payload.readDoubleLE(REFRESH_AT)),
      tags: bodyAt === BODY_AT ? NO_TAGS : (JSON.parse(payload.toString('utf8', BODY_AT, bodyAt)) as string[]),
    };
  }
}

const NO_TAGS: readonly string[] = [];
