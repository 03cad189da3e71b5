/**
 * What can be asked for and which fields that has (service norms C3, I2). Free of imports, so that a form in the browser checks by the same
 * rules as the hub without carrying a schema library.
 */

/** `checkbox` is a consent: required, it has to be ticked. `boolean` is a question: required, it has to be answered. */
export type FieldType =
  | 'text'
  | 'longtext'
  | 'number'
  | 'date'
  | 'choice'
  | 'multi-choice'
  | 'email'
  | 'phone'
  | 'url'
  | 'boolean'
  | 'checkbox';
export type FormLanguage = 'en' | 'zh';

export interface FieldOption {
  readonly value: string;
  readonly labelEn: string;
  readonly labelZh: string;
}

export interface RequestField {
  readonly key: string;
  readonly labelEn: string;
  readonly labelZh: string;
  readonly type: FieldType;
  readonly required: boolean;
  /** Sealed where it is kept, and hidden from roles that need not see it. */
  readonly sensitive?: boolean | undefined;
  /** Of a choice. */
  readonly options?: readonly FieldOption[] | undefined;
  /** Of a text: a regular expression that the whole of it matches. */
  readonly pattern?: string | undefined;
  /** Of a number the value, of a date `YYYY-MM-DD`, of a text the number of characters. */
  readonly min?: number | string | undefined;
  readonly max?: number | string | undefined;
}

export type FieldProblem =
  | 'required'
  | 'too-short'
  | 'too-long'
  | 'too-small'
  | 'too-large'
  | 'too-early'
  | 'too-late'
  | 'not-a-number'
  | 'not-a-date'
  | 'not-an-option'
  | 'not-an-email'
  | 'not-a-phone'
  | 'not-a-url'
  | 'wrong-form'
  | 'not-checked'
  | 'unknown-field';

export type FieldValue = string | number | boolean | readonly string[];
export interface CheckedRequest {
  /** In normal form: numbers as numbers, checkboxes as booleans; empty fields left out. */
  readonly values: Record<string, FieldValue>;
  readonly problems: { readonly field: string; readonly problem: FieldProblem }[];
}

/** Characters of a text where the definition says nothing. */
const longest: Readonly<Partial<Record<FieldType, number>>> = { text: 500, longtext: 10_000 };
const truths: ReadonlySet<unknown> = new Set([true, 'true', 'on', '1', 'yes', 1]);
const answers: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'yes', 'y', '1', 'on', '是'].map((word) => [word, true] as const),
  ...['false', 'no', 'n', '0', 'off', '否'].map((word) => [word, false] as const),
]);

/** Whether the whole text matches; null: that was not decided in time. */
export type PatternMatch = (pattern: string, text: string) => boolean | null;

/**
 * Checks values against their definition. Every field is looked at, so that a form can say all that is wrong at once.
 * @param matches where others' patterns meet strangers' texts: one that gives up in time
 */
export function checkRequest(
  fields: readonly RequestField[],
  given: Readonly<Record<string, unknown>>,
  matches: PatternMatch = matchesPattern,
): CheckedRequest {
  const values: Record<string, FieldValue> = {};
  const problems: { field: string; problem: FieldProblem }[] = [];
  for (const field of fields) {
    const outcome = checkField(field, Object.hasOwn(given, field.key) ? given[field.key] : undefined, matches);
    if (outcome === null) continue;
    if ('problem' in outcome) problems.push({ field: field.key, problem: outcome.problem });
    // Not by assignment: a key may be called `__proto__`.
    else
      Object.defineProperty(values, field.key, {
        value: outcome.value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
  }
  const known = new Set(fields.map((field) => field.key));
  for (const field of Object.keys(given)) if (!known.has(field)) problems.push({ field, problem: 'unknown-field' });
  return { values, problems };
}

type Outcome = { value: FieldValue } | { problem: FieldProblem } | null;

/** Null: nothing was given, and nothing is needed. */
function checkField(field: RequestField, given: unknown, matches: PatternMatch): Outcome {
  if (field.type === 'checkbox') {
    const value = truths.has(given);
    return field.required && !value ? { problem: 'required' } : given === undefined ? null : { value };
  }
  if (field.type === 'multi-choice') return checkChoices(field, given);
  if (field.type === 'boolean' && typeof given === 'boolean') return { value: given };
  const text = typeof given === 'string' ? given.trim() : typeof given === 'number' ? String(given) : given ? null : '';
  if (text === null) return { problem: 'wrong-form' };
  if (text === '') return field.required ? { problem: 'required' } : null;
  return checkers[field.type](field, text, matches);
}

const checkers: Readonly<
  Record<
    Exclude<FieldType, 'checkbox' | 'multi-choice'>,
    (field: RequestField, text: string, matches: PatternMatch) => Outcome
  >
> = {
  text: checkText,
  longtext: checkText,
  number: checkNumber,
  date: checkDate,
  choice: (field, text) =>
    field.options?.some((option) => option.value === text) ? { value: text } : { problem: 'not-an-option' },
  email: (_field, text) => (isEmail(text) ? { value: text } : { problem: 'not-an-email' }),
  phone: (_field, text) => (isPhone(text) ? { value: text } : { problem: 'not-a-phone' }),
  url: (_field, text) => (isWebAddress(text) ? { value: text } : { problem: 'not-a-url' }),
  boolean: (_field, text) => {
    const value = answers.get(text.toLowerCase());
    return value === undefined ? { problem: 'not-an-option' } : { value };
  },
};

/** A list, or a text in which the options stand between semicolons or commas. Each is kept once, in the order of the definition. */
function checkChoices(field: RequestField, given: unknown): Outcome {
  const list: unknown[] = typeof given === 'string' ? given.split(/[;,；，]/) : Array.isArray(given) ? given : [];
  if (given !== undefined && given !== null && typeof given !== 'string' && !Array.isArray(given))
    return { problem: 'wrong-form' };
  const chosen = new Set(list.map((one) => (typeof one === 'string' ? one.trim() : one)).filter((one) => one !== ''));
  if (chosen.size === 0) return field.required ? { problem: 'required' } : null;
  const options = (field.options ?? []).map(({ value }) => value);
  if ([...chosen].some((one) => typeof one !== 'string' || !options.includes(one))) return { problem: 'not-an-option' };
  return { value: options.filter((option) => chosen.has(option)) };
}

function checkText(field: RequestField, text: string, matches: PatternMatch): Outcome {
  const length = [...text].length;
  if (length < Number(field.min ?? 0)) return { problem: 'too-short' };
  if (length > Number(field.max ?? longest[field.type] ?? 500)) return { problem: 'too-long' };
  const fits = field.pattern === undefined || matches(field.pattern, text);
  return fits ? { value: text } : { problem: fits === null ? 'not-checked' : 'wrong-form' };
}

/** A pattern that is none was refused when the definition was saved; here it stands in nobody's way. */
function matchesPattern(pattern: string, text: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(text);
  } catch {
    return true;
  }
}

function checkNumber(field: RequestField, text: string): Outcome {
  if (!/^[+-]?\d{1,15}(?:\.\d{1,10})?$/.test(text)) return { problem: 'not-a-number' };
  const value = Number(text);
  if (field.min !== undefined && value < Number(field.min)) return { problem: 'too-small' };
  if (field.max !== undefined && value > Number(field.max)) return { problem: 'too-large' };
  return { value };
}

function checkDate(field: RequestField, text: string): Outcome {
  if (!isDate(text)) return { problem: 'not-a-date' };
  // ISO dates are in order when their letters are.
  if (field.min !== undefined && text < String(field.min)) return { problem: 'too-early' };
  if (field.max !== undefined && text > String(field.max)) return { problem: 'too-late' };
  return { value: text };
}

/** `YYYY-MM-DD` of a day that the calendar has. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

/** The form of an address as HTML's `type=email` takes it, with a dot in the domain; whether mail arrives only a mail can tell. */
export function isEmail(text: string): boolean {
  return (
    text.length <= 254 && /^[^\s@<>(),;:"[\]\\]{1,64}@[^\s@<>(),;:"[\]\\.]+(?:\.[^\s@<>(),;:"[\]\\.]+)+$/u.test(text)
  );
}

/** Digits with the signs that people put between them: 5 to 20 digits. */
export function isPhone(text: string): boolean {
  return /^\+?[\d\s().\-/]{5,40}$/.test(text) && /^\d{5,20}$/.test(text.replaceAll(/\D/g, ''));
}

/** An absolute address of the web: a scheme and a host, without blanks or a password. */
export function isWebAddress(text: string): boolean {
  return text.length <= 2000 && /^https?:\/\/[^\s/?#@:]+(?::\d{1,5})?(?:[/?#]\S*)?$/iu.test(text);
}
