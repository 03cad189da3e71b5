/** Mail addresses that are ours although their domain may not be: mail is fetched from them, or written as them. */
import { normaliseEmail } from '@patchbay/domain';
import type { Queryable } from '@patchbay/store';
import { accountAndIdentityAddresses } from '@patchbay/store/queries/composing';
import type { Parts } from './parts.ts';

/** How long they are remembered: what another process changes is heard of after so long. Milliseconds. */
const rememberedMs = 5_000;

const remembered = new WeakMap<Parts['db'], { addresses: ReadonlySet<string>; until: number }>();

/** Normalised. Every mail asks for them, few ask the database. */
export async function ourAddresses(db: Parts['db'], sql: Queryable = db.sql): Promise<ReadonlySet<string>> {
  const kept = remembered.get(db);
  if (kept && kept.until > performance.now()) return kept.addresses;
  const named = await accountAndIdentityAddresses(sql);
  const addresses = new Set(named.flatMap((address) => normaliseEmail(address) ?? []));
  remembered.set(db, { addresses, until: performance.now() + rememberedMs });
  return addresses;
}

/** To be called after an account or an identity was changed. */
export function forgetOurAddresses({ db }: Pick<Parts, 'db'>): void {
  remembered.delete(db);
}
