/**
 * What leaves by HTTP or by a socket goes through here: identifiers of customers that the asker may not see are taken out of every text of it, wherever
 * they stand. Presenters before it say in the answer that something is hidden; what they do not know of is caught here.
 */
import { isUtf8 } from 'node:buffer';
import { HubError, role, type Role } from '@patchbay/contracts';
import { createHider, hiddenSign, isShown, possibleIdentifiers, type HiddenValue } from '@patchbay/domain';
import { phoneParts } from '@patchbay/domain/identity/normal/phone';
import { mentionedIdentifiers, type HeldIdentifier } from '@patchbay/store/queries/mentioned-identifiers';
import { worksForCustomers } from '@patchbay/store/queries/tickets';
import type { Parts } from '../parts.ts';
import { readPrivacySettings } from './settings.ts';
import { classOf, hidesIdentifiers, masked, rulesFor, type Asker, type Rules } from './masking.ts';

type Door = Pick<Parts, 'db' | 'config'>;

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Moments, digests and what only the hub reads. */
const nobody = /^(?:\d{4}-\d{2}-\d{2}T[\d:.]+Z|[0-9a-f]{64})$/;
const unread: ReadonlySet<string> = new Set(['nextCursor']);

/** The same answer as the asker may see it. */
export async function presentAnswer<T>(door: Door, asker: Asker, answer: T): Promise<T> {
  const rules = await rulesFor(door.db.sql, asker);
  if (answer === undefined || answer === null || !hidesIdentifiers(rules)) return answer;
  const texts = new Set<string>();
  // As JSON carries it: moments as texts.
  const plain: unknown = JSON.parse(JSON.stringify(answer));
  collect(plain, texts);
  const hide = createHider(await hiddenIn(door, asker, rules, [...texts]));
  return replaced(plain, hide) as T;
}

/** Pages of a file on its way out. */
export async function* presentPages<T>(
  door: Door,
  asker: Asker,
  pages: AsyncIterable<readonly T[]>,
): AsyncGenerator<readonly T[]> {
  for await (const page of pages) yield await presentAnswer(door, asker, page);
}

/** What was received and sent as bytes cannot be shown in part. @throws HubError `forbidden` where the asker's role does not see identifiers */
export async function requireWhole({ db }: Pick<Parts, 'db'>, asker: Asker): Promise<void> {
  if (hidesIdentifiers(await rulesFor(db.sql, asker)))
    throw new HubError('forbidden', 'These bytes hold addresses that are hidden from your role');
}

/** Bytes of a text that is gone through; a larger one is not shown to those from whom something may have to be hidden. */
const longestText = 1024 * 1024;
/** Mails as files: their parts are encoded, so that they cannot be shown in part. */
const mails = { type: /^(?:message\/|application\/(?:mbox|vnd\.ms-outlook)$)/, name: /\.(?:eml|mbox|msg)$/i };
const texts = {
  type: /^(?:text\/|application\/(?:json|xml|csv|x-ndjson)$|[\w.-]+\/[\w.-]+\+(?:json|xml)$)/,
  name: /\.(?:csv|html?|ics|json|log|md|tsv|txt|vcf|xml|ya?ml)$/i,
};
const is = (kind: typeof texts, { contentType, filename }: { contentType: string; filename: string }): boolean =>
  kind.type.test(contentType.toLowerCase()) || kind.name.test(filename);

/**
 * A file as the asker may see it: texts without what is hidden; the same bytes where nothing is. What is drawn (pictures, PDF, documents of an
 * office) is not looked into.
 *
 * @throws HubError `forbidden` for a mail, or a long text, where the asker's role does not see identifiers
 */
export async function presentFile(
  door: Door,
  asker: Asker,
  file: { readonly contentType: string; readonly filename: string },
  bytes: Buffer,
): Promise<Buffer> {
  if (!hidesIdentifiers(await rulesFor(door.db.sql, asker))) return bytes;
  if (is(mails, file)) await requireWhole(door, asker);
  const text = readableText(bytes, is(texts, file));
  if (text === null) return bytes;
  if (bytes.byteLength > longestText) await requireWhole(door, asker);
  const shown = await presentAnswer(door, asker, text);
  return shown === text ? bytes : Buffer.from(shown);
}

/** Null for bytes that are no text. `sure`: they are said to be one. */
function readableText(bytes: Buffer, sure: boolean): string | null {
  const [first = 0, second = 0] = bytes;
  const wide = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (wide) return new TextDecoder(first === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes);
  if (bytes.subarray(0, 5).toString('latin1') === '%PDF-' || bytes.includes(0)) return null;
  if (isUtf8(bytes)) return bytes.toString('utf8');
  return sure ? new TextDecoder('windows-1252').decode(bytes) : null;
}

/** The roles from which some identifiers are hidden. */
export async function rolesWithHidden({ db }: Pick<Parts, 'db'>): Promise<ReadonlySet<Role>> {
  const { masking } = await readPrivacySettings(db.sql);
  return new Set(role.options.filter((one) => hidesIdentifiers(masking[one])));
}

/** What is wrong, without what is hidden from who did it. */
export async function presentError(door: Door, asker: Asker, error: unknown): Promise<unknown> {
  if (!(error instanceof HubError)) return error;
  const { message, issues, present, cause, retryAfterMs, doubtful, reason } = error;
  const shown = await presentAnswer(door, asker, { message, issues, present });
  return new HubError(error.code, shown.message, {
    ...(shown.issues !== undefined && { issues: shown.issues }),
    ...(shown.present !== undefined && { present: shown.present }),
    cause,
    retryAfterMs,
    doubtful,
    reason,
  });
}

/**
 * Addresses as they were shown to who writes a message, made whole again from those who may be meant on the ticket.
 *
 * @throws HubError `unprocessable` where one is not among them, or several look alike and only some are meant
 */
export function wholeAddresses(given: readonly string[], candidates: readonly string[]): string[] {
  const looks = Map.groupBy(new Set(candidates), (address) => masked('email', address));
  const asked = Map.groupBy(given, (address) => address);
  return [...asked].flatMap(([address, times]) => {
    if (!address.includes(hiddenSign)) return times;
    const meant = looks.get(address) ?? [];
    if (meant.length !== times.length)
      throw new HubError(
        'unprocessable',
        `${address}: it is not clear who is meant; leave the recipients as they were`,
      );
    return meant;
  });
}

async function hiddenIn({ db, config }: Door, asker: Asker, rules: Rules, texts: string[]): Promise<HiddenValue[]> {
  const ids = texts.filter((text) => uuid.test(text));
  const values = texts
    .filter((text) => !uuid.test(text) && !nobody.test(text))
    .flatMap((text) => possibleIdentifiers(text, config.defaultRegion));
  if (ids.length === 0 && values.length === 0) return [];
  const held = await mentionedIdentifiers(db.sql, ids, [...new Set(values)]);
  const works = Object.values(rules).includes('own')
    ? await worksForCustomers(db.sql, asker, [...new Set(held.map(({ customerId }) => customerId))])
    : new Set<string>();
  const shown = (one: HeldIdentifier) => {
    const kind = classOf(one.kind);
    return kind === null || isShown(rules[kind], works.has(one.customerId));
  };
  // Who works for one of several who have it knows it.
  const known = new Set(held.filter(shown).map(({ kind, value }) => `${kind} ${value}`));
  return held
    .filter(({ kind, value }) => !known.has(`${kind} ${value}`))
    .map(({ kind, value }) => ({
      kind,
      value,
      instead: masked(kind, value),
      ...(kind === 'phone' && phoneParts(value)),
    }));
}

function collect(value: unknown, texts: Set<string>, name = ''): void {
  if (unread.has(name)) return;
  if (typeof value === 'string') texts.add(value);
  else if (Array.isArray(value)) for (const one of value) collect(one, texts);
  else if (typeof value === 'object' && value !== null)
    for (const [key, one] of Object.entries(value)) {
      texts.add(key);
      collect(one, texts, key);
    }
}

function replaced(value: unknown, hide: (text: string) => string, name = ''): unknown {
  if (unread.has(name)) return value;
  if (typeof value === 'string') return uuid.test(value) || nobody.test(value) ? value : hide(value);
  if (Array.isArray(value)) return value.map((one) => replaced(one, hide));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [hide(key), replaced(one, hide, key)]));
}
