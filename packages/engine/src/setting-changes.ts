/** Every change of the configuration leaves an event with who made it: written with it, or not at all. */
import { isDeepStrictEqual } from 'node:util';
import { createHash } from 'node:crypto';
import type { SettingName } from '@patchbay/contracts';
import type { Queryable } from '@patchbay/store';
import { insertSettingChange, lockSetting } from '@patchbay/store/queries/setting-changes';
import type { Principal } from './auth/principal.ts';
import type { Parts } from './parts.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What is changed. `read` answers it as it stands, without its secrets; null where there is none. */
export interface Setting {
  readonly setting: SettingName;
  /** Which one of its kind; null where there is one only. */
  readonly key: string | null;
  readonly read: (tx: Queryable) => Promise<object | null>;
  /** Told once a change has been committed. */
  readonly changed?: (parts: ChangingCall['parts']) => void;
}

/** The request that changes something. */
export interface ChangingCall {
  readonly parts: Pick<Parts, 'db' | 'relay'>;
  readonly principal: Pick<Principal, 'agentId'>;
  readonly correlationId: string;
}

/** Does the work and tells of what it changed, in one transaction; whatever `work` throws undoes both. */
export async function changeSetting<T>(
  { parts, principal, correlationId }: ChangingCall,
  { setting, key, read, changed }: Setting,
  work: (tx: Queryable) => Promise<T>,
): Promise<T> {
  const done = await parts.db.transaction(async (tx) => {
    await lockSetting(tx, setting, key);
    const before = await read(tx);
    const answer = await work(tx);
    const change = changeBetween(before, await read(tx));
    if (change)
      await insertSettingChange(tx, { setting, key, ...change }, { actorId: principal.agentId, correlationId });
    return answer;
  });
  changed?.(parts);
  parts.relay.nudge();
  return done;
}

/** The fields that differ; all of them where there was nothing, or nothing is left. Null when nothing has changed. */
export function changeBetween(
  before: object | null,
  after: object | null,
): { from: Fields | null; to: Fields | null } | null {
  const [from, to] = [told(before), told(after)];
  if (!from || !to) return from === to ? null : { from, to };
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].filter(
    (name) => !isDeepStrictEqual(from[name], to[name]),
  );
  if (names.length === 0) return null;
  const pick = (fields: Fields) => Object.fromEntries(names.map((name) => [name, fields[name] ?? null]));
  return { from: pick(from), to: pick(to) };
}

/** As JSON has it, without the moments that every row has. */
function told(row: object | null): Fields | null {
  if (row === null) return null;
  const { createdAt: _created, updatedAt: _updated, ...fields } = JSON.parse(JSON.stringify(row)) as Fields;
  return fields;
}

/**
 * Stands for a secret in an event: it changes whenever the secret does, and says nothing about it, since it is made of the sealed text, which
 * is another one each time.
 */
export const secretMark = (sealed: string | null): string | null =>
  sealed === null ? null : createHash('sha256').update(sealed).digest('hex').slice(0, 8);
