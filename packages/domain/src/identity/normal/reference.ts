/** Numbers and identifiers that somebody gave out: customer and account numbers, visitor ids, ids of other systems. */
import { foldText } from './text.ts';

/** Longest value an identifier may have. */
const MAX_LENGTH = 320;

/**
 * An account number as it is compared: one width, upper case, without the signs and spaces it is grouped by. Leading zeros stay,
 * because they count in some systems. Null when nothing is left.
 */
export function normaliseAccountNumber(raw: string): string | null {
  const value = foldText(raw)
    .replace(/[^\p{L}\p{N}]/gu, '')
    .toUpperCase();
  return value === '' || value.length > MAX_LENGTH ? null : value;
}

/** An id that a machine made. Trimmed and otherwise untouched: it may tell capital letters from small ones. */
export function normaliseOpaqueId(raw: string): string | null {
  const value = raw.trim();
  return value === '' || value.length > MAX_LENGTH || /\p{Cc}/u.test(value) ? null : value;
}
