/**
 * How a person's identifiers are found in other people's words: as whole addresses and numbers in the spellings in which people and programs
 * write them. The pattern means the same to PostgreSQL and to JavaScript, and ignores case.
 */

export interface Sought {
  /** `phone`: E.164. `national`: its digits without the country's. */
  readonly identifiers: readonly {
    readonly kind: string;
    readonly value: string;
    readonly national?: string | undefined;
    /** The address with its domain in its own letters. */
    readonly unicode?: string | undefined;
  }[];
  /** Names that stood beside these addresses. They are found only right before one: other people have the same name. */
  readonly names: readonly string[];
}

/** Shorter ids of accounts and programs are too common among other words to be replaced there. */
const shortestId = 6;
/** A number without its country is told from other numbers by its length. */
const shortestNational = 9;
/** What people put between the digits of a number; `%20` in links, `&nbsp;` in HTML. */
const gap = String.raw`(?:[\s()./\u00a0\u2009\u202f\u2010-\u2015-]|%20|&nbsp;|&#160;){0,3}`;
/** Not in the middle of a longer word; the two digits of `%3A` are none of the word. */
const before = String.raw`(?:(?<![\w.+-])|(?<=%[0-9a-f]{2}))`;

/** Null when there is nothing that could be found safely. */
export function soughtPattern({ identifiers, names }: Sought): string | null {
  const found = identifiers.flatMap(spellings);
  if (found.length === 0) return null;
  const name = names.map(quoted).filter((one) => one.length > 1);
  const named = name.length === 0 ? '' : String.raw`(?:(?:${name.join('|')})\\?"?\s*(?:<|&lt;)\s*)?`;
  return `${named}(?:${found.join('|')})`;
}

function spellings({ kind, value, national, unicode }: Sought['identifiers'][number]): string[] {
  if (kind === 'email') return [...new Set([value, unicode ?? value])].map(email);
  if (kind === 'phone') return phone(value, national);
  return value.length < shortestId ? [] : [`${before}${quoted(value)}${String.raw`(?![\w-])`}`];
}

function email(value: string): string {
  const at = value.lastIndexOf('@');
  const local = quoted(value.slice(0, at)).replaceAll(String.raw`\+`, String.raw`(?:\+|%2b)`);
  // A dot ends a sentence; with a letter after it it goes on with a longer domain.
  return `${before}${local}(?:@|%40|&#64;|&commat;)${quoted(value.slice(at + 1))}${String.raw`(?![\w-])(?!\.\w)`}`;
}

function phone(value: string, national: string | undefined): string[] {
  const spaced = (digits: string) => [...digits].join(gap);
  const digits = value.replaceAll(/\D/g, '');
  if (digits.length < shortestId) return [];
  const whole = String.raw`(?<!\d)(?:(?:\+|%2b|00)${gap})?${spaced(digits)}(?!\d)`;
  const home =
    national !== undefined && national.length >= shortestNational
      ? [String.raw`(?<![\d+])(?:\(?0\)?${gap})?${spaced(national)}(?!\d)`]
      : [];
  return [whole, ...home];
}

const quoted = (text: string): string => text.trim().replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
