/**
 * Addresses that name something of ours and prove it: `<prefix>+<id>.<mac>@domain`. Base32 (RFC 4648 §6) in lower case survives
 * mail systems that change the case of a local part; with a prefix of up to 20 characters it stays below the 64 that
 * RFC 5321 §4.5.3.1.1 allows.
 */
import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
/** 80 bits: forging one takes about 2^79 mails. */
const macBytes = 10;
const shape = /^([a-z]+)\+([a-z2-7]{26})\.([a-z2-7]{16})$/;

const keys = new WeakMap<Uint8Array, KeyObject>();

/** What the address is for. Each use signs with a prefix of its own, so that no address of one passes for another. */
export type AddressUse = 'reply' | 'bounce';

/** `id` is a UUID. */
export function signAddress(use: AddressUse, id: string, domain: string, key: Uint8Array): string {
  const bytes = Buffer.from(id.replaceAll('-', ''), 'hex');
  return `${use}+${base32(bytes)}.${base32(mac(use, bytes, key))}@${domain}`;
}

/** The UUID that the address names, or undefined when it is none for this use or its signature does not hold. */
export function verifyAddress(use: AddressUse, address: string, key: Uint8Array): string | undefined {
  const at = address.lastIndexOf('@');
  const parts = shape.exec(address.slice(0, Math.max(at, 0)).trim().toLowerCase());
  if (parts?.[1] !== use || !parts[2] || !parts[3]) return undefined;
  const id = unbase32(parts[2]);
  // 26 characters hold two bits more than an id: only the canonical spelling counts.
  if (base32(id) !== parts[2]) return undefined;
  if (!timingSafeEqual(unbase32(parts[3]), mac(use, id, key))) return undefined;
  const hex = id.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function mac(use: AddressUse, id: Buffer, key: Uint8Array): Buffer {
  return createHmac('sha256', prepared(key)).update(`${use}-address\0`).update(id).digest().subarray(0, macBytes);
}

/** Preparing a key costs more than signing with it. */
function prepared(key: Uint8Array): KeyObject {
  const known = keys.get(key) ?? createSecretKey(key);
  keys.set(key, known);
  return known;
}

function base32(bytes: Uint8Array): string {
  let out = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += alphabet[(value >> bits) & 31];
    }
    value &= (1 << bits) - 1;
  }
  return bits > 0 ? out + alphabet[(value << (5 - bits)) & 31] : out;
}

/** Bits that fill no whole byte are dropped. */
function unbase32(text: string): Buffer {
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const character of text) {
    value = (value << 5) | alphabet.indexOf(character);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >> bits) & 255);
    }
    value &= (1 << bits) - 1;
  }
  return Buffer.from(bytes);
}
