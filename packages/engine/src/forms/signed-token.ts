/** What a form gives its visitor to bring back: readable by anybody, changed by nobody. The form needs no cookie for it. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { z } from 'zod';

const tagOf = (key: Uint8Array, purpose: string, text: string) =>
  createHmac('sha256', key).update(`web-form\0${purpose}\0${text}`).digest();

/** `purpose` keeps a token from being brought where another one is asked for. */
export function signToken(key: Uint8Array, purpose: string, data: unknown): string {
  const text = Buffer.from(JSON.stringify(data)).toString('base64url');
  return `${text}.${tagOf(key, purpose, text).toString('base64url')}`;
}

/** Null when the signature does not hold. */
export function openToken<T extends z.ZodType>(
  key: Uint8Array,
  purpose: string,
  schema: T,
  token: unknown,
): z.output<T> | null {
  if (typeof token !== 'string') return null;
  const [text = '', tag = ''] = token.split('.', 2);
  const given = Buffer.from(tag, 'base64url');
  const wanted = tagOf(key, purpose, text);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return null;
  const parsed = schema.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  return parsed.success ? parsed.data : null;
}
