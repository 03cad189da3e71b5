/** The keys of the vault: where they lie, how a new one comes in, and when an old one may go. */
import { randomBytes } from 'node:crypto';
import type { HubConfig } from '@patchbay/config';
import { settingOnce, StartError, type Database } from '@patchbay/store';
import { keptSecret, retireSecretKeys, secretKeysOf } from '@patchbay/store/embedded/secrets';
import { recordAudit } from '@patchbay/store/queries/audit';
import { sealedByKey, sealedOtherwise, sealedPlaces, writeSealed } from '@patchbay/store/queries/sealed';
import { replaceTicketFields, sealedTickets } from '@patchbay/store/queries/sensitive-requests';
import type { Logger } from 'pino';
import { isDeepStrictEqual } from 'node:util';
import { resealFields } from '../pipeline/sensitive-request.ts';
import type { Parts } from '../parts.ts';
import { createBlindIndex, createVault, keyIdOf, type BlindIndex, type Vault } from '../secrets.ts';

/** How often a process looks for a newer key. Milliseconds. */
const refreshMs = 60_000;
/** Every process has met the newer key so long after it came. */
const settledMs = 10 * 60_000;
const batch = 200;

/** Processes that share a data folder may start together: the lock lets one of them make the key that all of them read. */
export async function openVault(config: HubConfig, db: Database): Promise<Vault> {
  const { secretKey, secretKeysEarlier, dataDir } = config;
  if (secretKey !== undefined) {
    const keys = [secretKey, ...secretKeysEarlier].map((key) => Buffer.from(key, 'base64'));
    return createVault(() => keys);
  }
  await db.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', ['secret-key']);
    await keptSecret(dataDir, 'secretKey');
  });
  return createVault(() => {
    const { present, earlier } = secretKeysOf(dataDir);
    return [present, ...earlier.map(({ key }) => key)].map((key) => Buffer.from(key, 'base64url'));
  });
}

const indexSetting = 'blind-index-key';

/** One key per centre, made once and kept sealed: it stays when the vault's key changes. */
export async function openBlindIndex(db: Database, vault: Vault): Promise<BlindIndex> {
  const made = vault.seal(randomBytes(32).toString('base64url'), indexSetting);
  const kept = await settingOnce(db.sql, indexSetting, made);
  return createBlindIndex(Buffer.from(openedAtStart(vault, kept), 'base64url'));
}

/** What is sealed in this database was sealed by other keys: nothing would work, and nothing is written with the wrong one. */
function openedAtStart(vault: Vault, kept: string): string {
  try {
    return vault.unseal(kept, indexSetting);
  } catch (error) {
    throw new StartError(
      `The key does not open what this database holds (sealed with ${keyIdOf(kept) ?? 'none'}, at hand is ${vault.keyId}).
       Put the former one, SECRET_KEY or that of DATA_DIR/secrets.json, into SECRET_KEY or SECRET_KEYS_EARLIER`,
      { cause: error },
    );
  }
}

export function startKeyRefresh(vault: Vault, log: Logger): Disposable {
  const timer = setInterval(() => {
    try {
      vault.refresh();
    } catch (error) {
      log.warn({ err: error }, 'keys not read anew; those that are known are used');
    }
  }, refreshMs).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Seals anew whatever another key has sealed. May be repeated and run twice at once. Answers how many texts it wrote. */
export async function reseal({ db, vault, log }: Pick<Parts, 'db' | 'vault' | 'log'>): Promise<number> {
  let written = 0;
  for (const place of sealedPlaces) {
    for (let after: readonly string[] | null = null; ;) {
      const rows = await sealedOtherwise(db.sql, place, vault.keyId, after, batch);
      for (const row of rows) {
        try {
          await writeSealed(db.sql, place, row, vault.seal(vault.unseal(row.text, row.context), row.context));
          written += 1;
        } catch (error) {
          log.warn({ err: error, table: place.table }, 'sealed text not sealed anew');
        }
      }
      after = rows.at(-1)?.key ?? null;
      if (rows.length < batch) break;
    }
  }
  return written + (await resealTickets({ db, vault, log }));
}

/** A ticket holds several texts. */
async function resealTickets({ db, vault, log }: Pick<Parts, 'db' | 'vault' | 'log'>): Promise<number> {
  let written = 0;
  for (let after: string | null = null; ;) {
    const rows: Awaited<ReturnType<typeof sealedTickets>> = await sealedTickets(db.sql, after, batch);
    for (const { id, fields } of rows) {
      try {
        const anew = resealFields(vault, fields);
        if (isDeepStrictEqual(anew, fields)) continue;
        await replaceTicketFields(db.sql, id, fields, anew);
        written += 1;
      } catch (error) {
        log.warn({ err: error, table: 'ticket' }, 'sealed text not sealed anew');
      }
    }
    after = rows.at(-1)?.id ?? null;
    if (rows.length < batch) return written;
  }
}

/** Forgets earlier keys of the data folder that open nothing any more. Answers how many. */
export async function retireKeys({ config, db, now }: Pick<Parts, 'config' | 'db' | 'now'>): Promise<number> {
  if (config.secretKey !== undefined) return 0;
  const { earlier } = secretKeysOf(config.dataDir);
  if (earlier.length === 0) return 0;
  const used = await sealedByKey(db.sql);
  const idOf = (key: string) => createVault(Buffer.from(key, 'base64url')).keyId;
  const unused = earlier.filter(
    ({ key, replacedAt }) =>
      !used.has('v1') && !used.has(idOf(key)) && now().getTime() - Date.parse(replacedAt) >= settledMs,
  );
  if (unused.length === 0) return 0;
  await db.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', ['secret-key']);
    await retireSecretKeys(
      config.dataDir,
      unused.map(({ key }) => key),
    );
    await recordAudit(tx, {
      action: 'keys.retired',
      actorId: null,
      detail: { keys: unused.map(({ key }) => idOf(key)) },
    });
  });
  return unused.length;
}
