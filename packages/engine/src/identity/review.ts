/** The job that looks at customers who are new or have changed: who else they may be, and what proves their identifiers. */
import type { IdentitySettings } from '@patchbay/contracts';
import type { ComparedCustomer } from '@patchbay/domain/identity/suggestion';
import type { ResolutionOptions } from '@patchbay/domain/identity/resolution';
import type { Queryable } from '@patchbay/store';
import { holdCustomerFields } from '@patchbay/store/queries/custom-fields';
import {
  countKeys,
  countSuggestions,
  estimateCustomers,
  hasIdentityWork,
  lockIdentityReview,
  noteContacts,
  readCandidates,
  readIdentityRecords,
  readNames,
  replaceSuggestions,
  shareByNames,
  takeIdentityWork,
  tellSuggestions,
  writeBlockingKeys,
  type IdentityRecordRow,
  type ScoredPair,
} from '@patchbay/store/queries/suggestions';
import type { Parts } from '../parts.ts';
import { readIdentitySettings } from './settings.ts';

/** With their dictionaries the rules take tens of megabytes: only a process that compares customers loads them. */
const loadRules = () => import('./likeness.ts');
type Rules = Awaited<ReturnType<typeof loadRules>>;

const customersAtOnce = 100;
/** A ticket is opened by five events; each further message is one. */
const eventsAtOnce = 1_500;
/** A job ends after so many, and the clock gives the next one: nothing else waits behind a long list. */
const batchesInJob = 20;
/** Counted up to here for the screens. */
export const countLimit = 1000;
/** Names kept of one identifier when nobody counts them. */
const leastNames = 5;
/** One person writes the name in so many ways at most: names are kept until they are enough all the same. */
const spellings = 4;
/** Customers of a name are counted up to here. */
const nameLimit = 2_000;
/** A young centre's customers are a few of many people: among fewer than these a likeness is taken for no less of a chance. */
const leastPopulation = 1_000;

/** Called by the clock. Adding the job twice has no effect. */
export async function askForReview(parts: Parts): Promise<void> {
  if (await hasIdentityWork(parts.db.sql, eventsAtOnce))
    parts.jobs.add('review-identity', { review: 'identity' }, { once: true });
}

/** Handles the job `review-identity`. What it does not get to, or loses with a crash, is still on the list. */
export async function reviewIdentity(parts: Parts): Promise<void> {
  const settings = await readIdentitySettings(parts.db.sql);
  const review = { rules: await loadRules(), settings, region: parts.config.defaultRegion };
  const found = { changed: false, crowded: new Map<string, number>() };
  let unread = true;
  for (let batch = 0; batch < batchesInJob; batch += 1) {
    const done = await parts.db.transaction((tx) => reviewBatch(tx, review, unread));
    unread = done.unread;
    found.changed ||= done.changed;
    for (const key of done.crowded) {
      // What stands before the colon names the kind of key; the rest is about a person.
      const kind = key.slice(0, key.indexOf(':'));
      found.crowded.set(kind, (found.crowded.get(kind) ?? 0) + 1);
    }
    if (!done.more) break;
  }
  if (found.crowded.size > 0)
    parts.log.info({ skipped: Object.fromEntries(found.crowded) }, 'keys of too many customers compare nobody');
  if (found.changed) {
    const { open } = await countSuggestions(parts.db.sql, settings.bulkScore, countLimit);
    await tellSuggestions(parts.db.sql, open);
  }
  parts.relay.nudge();
}

interface Review {
  readonly rules: Rules;
  readonly settings: IdentitySettings;
  /** Whose telephone numbers are written without a country. */
  readonly region: string;
}

interface Reviewed {
  /** Whether any suggestion came or went. */
  readonly changed: boolean;
  /** Keys of too many customers. */
  readonly crowded: readonly string[];
}

/** `unread`: whether messages may have come that were not looked at. */
async function reviewBatch(
  tx: Queryable,
  review: Review,
  unread: boolean,
): Promise<Reviewed & { unread: boolean; more: boolean }> {
  if (!(await lockIdentityReview(tx))) return { unread, more: false, changed: false, crowded: [] };
  // Whoever makes one sensitive waits, and then forgets what is written here, too.
  await holdCustomerFields(tx);
  const stillUnread = unread && (await readMessages(tx, review));
  const { customerIds, taken } = await takeIdentityWork(tx, customersAtOnce);
  const done = customerIds.length === 0 ? { changed: false, crowded: [] } : await suggestFor(tx, review, customerIds);
  // What comes in meanwhile waits for the clock, so that under load many are looked at together.
  return { unread: stillUnread, more: stillUnread || taken === customersAtOnce, ...done };
}

/** Keeps what the next messages say of their senders. Answers whether there may be more. */
async function readMessages(tx: Queryable, review: Review): Promise<boolean> {
  const { sharedNames } = review.settings;
  const contacts = await noteContacts(tx, eventsAtOnce, Math.max(sharedNames, leastNames) * spellings);
  if (sharedNames > 0 && contacts.named.length > 0) {
    const manyPeoples = (await readNames(tx, contacts.named)).filter(
      ({ names }) => names.length >= sharedNames && review.rules.countPeople(names) >= sharedNames,
    );
    if (manyPeoples.length > 0) await shareByNames(tx, manyPeoples, sharedNames);
  }
  return contacts.more;
}

/** Computes the keys of these customers anew, and whom they may be. */
async function suggestFor(tx: Queryable, review: Review, customerIds: readonly string[]): Promise<Reviewed> {
  const { rules, region, settings } = review;
  const compared = async (ids: readonly string[]) =>
    (await readIdentityRecords(tx, ids)).map((file) => asCompared(rules, file, region));
  const customers = await compared(customerIds);
  const wanted = customers.map(({ id, file }) => ({
    customerId: id,
    keys: rules.blockingKeys(rules.customerRecord(file), { region }),
  }));
  const keys = [
    ...wanted,
    ...customers.map(({ id, record }) => ({ customerId: id, keys: rules.nameFrequencyKeys(record) })),
  ].flatMap(({ customerId, keys: own }) => own.map((key) => ({ customerId, key })));
  await writeBlockingKeys(tx, keys, customerIds);
  const { pairs, crowded } = await readCandidates(tx, wanted);
  const known = new Map(customers.map((one) => [one.id, one]));
  const others = [...new Set(pairs.map(({ otherId }) => otherId))].filter((id) => !known.has(id));
  for (const one of await compared(others)) known.set(one.id, one);
  const options = await optionsFor(tx, rules, customers);
  const scored = scoredPairs(rules, pairs, known, options).filter(({ score }) => score >= settings.suggestScore);
  return { changed: await replaceSuggestions(tx, customerIds, scored), crowded };
}

function asCompared(rules: Rules, file: IdentityRecordRow, region: string): ComparedCustomer {
  return { id: file.id, file, record: rules.readCustomer(file, { region }) };
}

/** How rare a likeness is here: among how many customers, and how many of them have the names of these. */
async function optionsFor(
  tx: Queryable,
  rules: Rules,
  customers: readonly ComparedCustomer[],
): Promise<ResolutionOptions> {
  const population = Math.max(await estimateCustomers(tx), leastPopulation);
  const keys = new Set(customers.flatMap(({ record }) => rules.nameFrequencyKeys(record)));
  const counts = await countKeys(tx, [...keys], nameLimit);
  return { population, frequency: rules.frequencyOfNames(counts, { population, countLimit: nameLimit }) };
}

/** Each pair once, also when both are new. */
function scoredPairs(
  rules: Rules,
  pairs: readonly { customerId: string; otherId: string }[],
  customers: ReadonlyMap<string, ComparedCustomer>,
  options: ResolutionOptions,
): ScoredPair[] {
  const scored = new Map<string, ScoredPair>();
  for (const { customerId, otherId } of pairs) {
    const [lowId, highId] = customerId < otherId ? [customerId, otherId] : [otherId, customerId];
    const [low, high] = [customers.get(lowId), customers.get(highId)];
    if (!low || !high || scored.has(`${lowId} ${highId}`)) continue;
    const { score, reasons } = rules.likeness(low, high, options);
    scored.set(`${lowId} ${highId}`, { lowId, highId, score, reasons });
  }
  return [...scored.values()];
}
