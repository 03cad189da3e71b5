/**
 * Erasure of a person (GDPR Art. 17, PIPL Art. 47). Step by step, each batch a transaction of its own that keeps how far it came, so that a crash
 * repeats one batch at the most. Rows stay with their times, channels, queues and agents; what they say goes.
 */
import { soughtPattern } from '@patchbay/domain';
import type { Queryable } from '@patchbay/store';
import { readCatalogue, type CatalogueTable } from '@patchbay/store/privacy/catalogue';
import {
  allowErasure,
  cutQuotes,
  dropAnswers,
  dropContacts,
  dropRejects,
  emptyImports,
  eraseOwn,
  findPerson,
  forgetAddress,
  forgetPerson,
  keptAnswers,
  keptImports,
  lockPerson,
  maskEverywhere,
  obstacleTo,
  recipientLists,
  replaceRecipientList,
  ticketsOf,
  topIds,
  unreadContacts,
  vacuum,
  type ErasureScope,
  type StepDone,
} from '@patchbay/store/privacy/erase';
import { recordAudit } from '@patchbay/store/queries/audit';
import {
  cancelHeardOf,
  finishErasure,
  keepProgress,
  lockDueRequest,
  postponeRequest,
  readPrivacyRequest,
  type RunningRequest,
} from '@patchbay/store/queries/privacy-requests';
import { domainToUnicode } from 'node:url';
import { phoneParts } from '@patchbay/domain/identity/normal/phone';
import { z } from 'zod';
import { listRejects } from '@patchbay/store/queries/imports';
import type { HubFiles } from '../files/store.ts';
import { importKeyOf, openedFiles, openReject, openShown, type ImportKey } from '../imports/sealed-import.ts';
import type { Parts } from '../parts.ts';
import { retryOnConflict } from '../pipeline/retry.ts';
import { removeOldExports } from './export-files.ts';
import { removeFiles } from './files.ts';
import { mentions } from './mentions.ts';

/** Rows in a batch: the person's own, and those that are read for what they mention. */
const ownBatch = 200;
const walkBatch = 2_000;
const rejectBatch = 1_000;
/** A request that cannot go on is looked at again after so many seconds. */
const againSeconds = { hold: 3_600, call: 60, sending: 30, import: 60 } as const;

/** Characters by which the parts of a file that is read overlap: an address with its name is shorter. */
const longestMention = 1_000;

const scopeSchema = z.object({
  customerIds: z.array(z.uuid()),
  pattern: z.string().nullable(),
  startedAt: z.string(),
  tops: z.record(z.string(), z.number()),
});
const uuids = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const contextOf = (id: string): string => `privacy-request:${id}`;
/** How an address is kept of which nothing may be left but that its holder withdrew consent. */
export const hashedAddress = (parts: Pick<Parts, 'blindIndex'>, address: string): string =>
  `hmac:${parts.blindIndex('address', address)}`;

type Catalogue = ReadonlyMap<string, CatalogueTable>;

/** Goes on until it is done or something stands against it. Whoever finds another at it leaves it to that one. */
export async function erase(parts: Parts, id: string): Promise<void> {
  const catalogue = await readCatalogue(parts.db.sql);
  const steps = stepsOf(catalogue);
  for (;;) {
    const going = await retryOnConflict(() =>
      parts.db.transaction(async (tx) => {
        const request = await lockDueRequest(tx, id);
        if (!request) return false;
        await allowErasure(tx);
        if (request.soughtSealed === null) return await begin(parts, tx, request, catalogue, steps[0] ?? '');
        return await goOn(parts, tx, request, catalogue, steps);
      }),
    );
    if (!going) break;
  }
  await removeFiles(parts);
  await removeOldExports(parts);
  await clearOut(parts, id, catalogue);
}

/**
 * The planner keeps samples of values, and replaced rows lie in their pages until they are swept: both go now and not some day. What is in the
 * write-ahead log and in backups goes with them.
 */
async function clearOut(parts: Parts, id: string, catalogue: Catalogue): Promise<void> {
  const request = await readPrivacyRequest(parts.db.sql, id);
  if (request?.state !== 'done') return;
  const changed = new Set(Object.keys(request.counts).map((name) => name.split(' ')[0] ?? ''));
  const begun = [
    'customer',
    'identifier',
    'consent',
    'consent_log',
    'address_mark',
    'acknowledgement',
    'thread_reference',
    'ticket_party',
    'upload',
    'identifier_name',
    'shared_identifier',
    'visitor_proof',
    'visitor_token',
    'task',
    'awaited_file',
  ];
  /** What the last steps changed. */
  const after = ['data_import', 'import_reject', 'attachment'];
  for (const table of catalogue.keys())
    if (changed.has(table) || begun.includes(table) || after.includes(table)) await vacuum(parts.db.sql, table);
}

/** First what is the person's, then what others said of the person, then what is kept elsewhere. */
const stepsOf = (catalogue: Catalogue): string[] => [
  ...[...catalogue.keys()].map((table) => `own:${table}`),
  // Before words are taken out of what is shown of a file, by which it is found.
  'imports',
  ...[...catalogue.keys()].map((table) => `walk:${table}`),
  'recipients',
  'contacts',
  'answers',
];

/** From the end of this transaction on the person is not known any more. */
async function begin(
  parts: Parts,
  tx: Queryable,
  request: RunningRequest,
  catalogue: Catalogue,
  step: string,
): Promise<boolean> {
  const customerIds = await lockPerson(tx, request.customerId);
  if (request.askedBy === null && (await giveUpOnHeardOf(tx, request.id, customerIds))) return false;
  const obstacle = await obstacleTo(tx, customerIds);
  if (obstacle) {
    await postponeRequest(tx, request.id, obstacle, againSeconds[obstacle]);
    return false;
  }
  const person = await findPerson(tx, customerIds);
  const own = person.identifiers.filter(({ shared }) => !shared);
  const scope: ErasureScope = {
    customerIds,
    pattern: soughtPattern({
      identifiers: own.map(({ kind, value }) => ({
        kind,
        value,
        national: nationalOf(kind, value),
        unicode: kind === 'email' ? inOwnLetters(value) : undefined,
      })),
      names: person.names,
    }),
    startedAt: (await momentOf(tx)).toISOString(),
    tops: await topIds(tx, catalogue),
  };
  const cut = await cutQuotes(tx, customerIds);
  await forgetPerson(tx, customerIds);
  for (const { kind, value } of own) await forgetAddress(tx, { kind, value, hashed: hashedAddress(parts, value) });
  await keepProgress(tx, request.id, {
    step,
    cursor: null,
    counts: { customers: customerIds.length, identifiers: person.identifiers.length, quotes: cut },
    soughtSealed: parts.vault.seal(JSON.stringify(scope), contextOf(request.id)),
  });
  return true;
}

/** Who was put forward because nothing had been heard of them, and was heard of since, stays. */
async function giveUpOnHeardOf(tx: Queryable, id: string, customerIds: readonly string[]): Promise<boolean> {
  const givenUp = await cancelHeardOf(tx, id, customerIds);
  for (const customerId of givenUp)
    await recordAudit(tx, {
      action: 'customer.request-cancelled',
      actorId: null,
      customerId,
      detail: { requestId: id, reason: 'Heard of again' },
    });
  return givenUp.length > 0;
}

async function momentOf(tx: Queryable): Promise<Date> {
  const { rows } = await tx.query<{ at: Date }>(`select clock_timestamp() + interval '1 millisecond' as at`, []);
  return (rows[0] as { at: Date }).at;
}

const nationalOf = (kind: string, value: string): string | undefined =>
  kind === 'phone' ? phoneParts(value)?.national : undefined;

/** Identifiers hold domains as A-labels (RFC 5890); people write them otherwise. */
function inOwnLetters(address: string): string {
  const at = address.lastIndexOf('@') + 1;
  return address.slice(0, at) + (domainToUnicode(address.slice(at)) || address.slice(at));
}

async function goOn(
  parts: Parts,
  tx: Queryable,
  request: RunningRequest,
  catalogue: Catalogue,
  steps: readonly string[],
): Promise<boolean> {
  const scope = scopeSchema.parse(JSON.parse(parts.vault.unseal(request.soughtSealed ?? '', contextOf(request.id))));
  const step = request.step ?? steps[0] ?? '';
  const { cursor, changed } = await doStep(parts, tx, step, { scope, catalogue, cursor: request.cursor });
  const [kind = '', table = kind] = step.split(':');
  const name = kind === 'walk' ? `${table} (mentioned)` : table;
  const counts = changed > 0 ? { ...request.counts, [name]: (request.counts[name] ?? 0) + changed } : request.counts;
  const next = cursor === null ? steps[steps.indexOf(step) + 1] : step;
  if (next !== undefined) {
    await keepProgress(tx, request.id, { step: next, cursor, counts });
    return true;
  }
  await finishErasure(tx, request.id, counts);
  await tx.query(
    `insert into event (type, customer_id, actor_id, data) select 'customer.erased', customer_id, asked_by, $2 from privacy_request where id = $1`,
    [request.id, JSON.stringify({ requestId: request.id, counts })],
  );
  return false;
}

interface StepAt {
  readonly scope: ErasureScope;
  readonly catalogue: Catalogue;
  readonly cursor: string | null;
}

async function doStep(parts: Parts, tx: Queryable, step: string, at: StepAt): Promise<StepDone> {
  const [kind, name = ''] = step.split(':');
  if (kind === 'imports') return searchImports(parts, tx, at);
  if (kind === 'recipients') return searchRecipients(parts, tx, at);
  if (kind === 'contacts') return searchContacts(parts, tx, at);
  if (kind === 'answers') return searchAnswers(parts, tx, at);
  const table = at.catalogue.get(name);
  if (!table) return { cursor: null, changed: 0 };
  return kind === 'own'
    ? eraseOwn(tx, [name, table], at.scope, at.cursor, ownBatch)
    : maskEverywhere(tx, [name, table], at.scope, at.cursor, walkBatch);
}

/** A file of rows cannot be masked row by row: one that mentions the person goes, with what is shown of it. */
async function searchImports(parts: Parts, tx: Queryable, { scope, cursor }: StepAt): Promise<StepDone> {
  const limit = 1;
  if (scope.pattern === null) return { cursor: null, changed: 0 };
  const rows = await keptImports(tx, cursor, limit);
  const sought = new RegExp(scope.pattern, 'i');
  const found: string[] = [];
  for (const kept of rows) {
    const { id, sha256, encoding } = kept;
    const key = importKeyOf(parts.vault, id, kept.keySealed);
    const shown = [openShown(key, 'sample', kept.sample), openShown(key, 'report', kept.report)];
    const files = openedFiles(parts.files, key);
    if (
      sought.test(JSON.stringify(shown)) ||
      (sha256 !== null && (await fileMentions(files, sha256, encoding, sought)))
    )
      found.push(id);
    await forgetRejects(tx, id, key, sought);
  }
  await emptyImports(tx, found);
  return { cursor: rows.length < limit ? null : (rows.at(-1)?.id ?? null), changed: found.length };
}

/** Rejected rows that mention the person go; what is sealed is opened to see it. */
async function forgetRejects(tx: Queryable, importId: string, key: ImportKey | null, sought: RegExp): Promise<void> {
  for (let after: number | null = null; ;) {
    const page: Awaited<ReturnType<typeof listRejects>> = await listRejects(tx, importId, {
      limit: rejectBatch,
      after,
    });
    const gone = page.items.filter((reject) => sought.test(openReject(key, reject).cells.join('\n')));
    await dropRejects(
      tx,
      importId,
      gone.map(({ rowNumber }) => rowNumber),
    );
    after = page.next;
    if (after === null) return;
  }
}

/** Reads a file of any size. What it cannot read is held to be a mention. */
async function fileMentions(
  files: Pick<HubFiles, 'stream'>,
  sha256: string,
  encoding: string | null,
  sought: RegExp,
): Promise<boolean> {
  const decoder = new TextDecoder(encoding ?? 'utf-8');
  let before = '';
  try {
    for await (const chunk of files.stream(sha256)) {
      const text = before + decoder.decode(chunk as Buffer, { stream: true });
      if (sought.test(text)) return true;
      before = text.slice(-longestMention);
    }
    return sought.test(before + decoder.decode());
  } catch {
    return true;
  }
}

/** The lists of recipients that the hub makes of mails to very many: the person's address goes out of them. */
async function searchRecipients(parts: Parts, tx: Queryable, { scope, cursor }: StepAt): Promise<StepDone> {
  const limit = 20;
  if (scope.pattern === null) return { cursor: null, changed: 0 };
  const rows = await recipientLists(tx, cursor, limit);
  let changed = 0;
  for (const list of rows) {
    const bytes = await parts.files.read(list.sha256).catch(() => null);
    const text = bytes === null ? '' : Buffer.from(bytes).toString('utf8');
    const masked = text.replaceAll(new RegExp(scope.pattern, 'gi'), '[erased]');
    if (masked === text) continue;
    await replaceRecipientList(tx, list, await parts.files.put(Buffer.from(masked)));
    changed += 1;
  }
  return { cursor: rows.length < limit ? null : (rows.at(-1)?.id ?? null), changed };
}

/** Bytes that were never understood cannot be masked: those that mention the person go. */
async function searchContacts(parts: Parts, tx: Queryable, { scope, cursor }: StepAt): Promise<StepDone> {
  const limit = 20;
  const rows = scope.pattern === null ? [] : await unreadContacts(tx, cursor, limit);
  const found: string[] = [];
  for (const { id, raw, rawSha256 } of rows) {
    const bytes = raw ?? (await parts.files.read(rawSha256).catch(() => null));
    if (bytes && scope.pattern !== null && mentions(bytes, scope.pattern)) found.push(id);
  }
  await dropContacts(tx, found);
  return { cursor: rows.length < limit ? null : (rows.at(-1)?.id ?? null), changed: found.length };
}

/** Answers that are kept for repeated requests are sealed: each is opened, and goes when it is about the person or a ticket of theirs. */
async function searchAnswers(parts: Parts, tx: Queryable, { scope, cursor }: StepAt): Promise<StepDone> {
  const limit = 200;
  const after = cursor === null ? null : z.tuple([z.string(), z.string()]).parse(JSON.parse(cursor));
  const rows = await keptAnswers(tx, after, limit);
  const ids = new Set([...scope.customerIds, ...(await ticketsOf(tx, scope.customerIds))]);
  const pattern = scope.pattern === null ? null : new RegExp(scope.pattern, 'i');
  const found = rows.filter(({ principalId, key, request, answer }) => {
    const sealed = z.object({ sealed: z.string() }).safeParse(answer);
    const kept = sealed.success
      ? opened(parts, sealed.data.sealed, `idempotency:${principalId}:${key}`)
      : JSON.stringify(answer);
    const text = `${request} ${kept}`;
    return (text.match(uuids) ?? []).some((id) => ids.has(id)) || (pattern?.test(text) ?? false);
  });
  await dropAnswers(
    tx,
    found.map(({ principalId, key }) => [principalId, key] as const),
  );
  const last = rows.at(-1);
  return {
    cursor: last && rows.length === limit ? JSON.stringify([last.principalId, last.key]) : null,
    changed: found.length,
  };
}

function opened({ vault }: Parts, sealed: string, context: string): string {
  try {
    return vault.unseal(sealed, context);
  } catch {
    return '';
  }
}
