/** Sensitive fields of a file: sealed when they are written, opened when they are read, and shown to who may see them. */
import type { CustomField, FieldEntry } from '@patchbay/contracts';
import {
  newValueIds,
  nextFieldValues,
  writeFieldValues,
  readHeldValues,
} from '@patchbay/store/queries/sensitive-values';
import type { FieldChange } from '@patchbay/store/queries/customer-file';
import type { Queryable } from '@patchbay/store';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Principal } from '../auth/principal.ts';
import type { Parts } from '../parts.ts';
import { presentSensitive } from '../privacy/masking.ts';
import { openField, sealField, type Vault } from '../secrets.ts';

const sealedValue = z.object({ sealed: z.string() });
const placeOf = (rowId: string) => ({ table: 'customer_field_value', column: 'value', rowId });

export const sensitiveKeys = (fields: readonly CustomField[]): Set<string> =>
  new Set(fields.filter(({ sensitive }) => sensitive).map(({ key }) => key));

export const sealValue = (vault: Vault, rowId: string, value: unknown): { sealed: string } => ({
  sealed: sealField(vault, placeOf(rowId), JSON.stringify(value)),
});

const isSealed = (value: unknown): boolean => sealedValue.safeParse(value).success;

/** The value of a row as it was entered. @throws Error when it cannot be opened */
export function openValue(vault: Vault, rowId: string, value: unknown): unknown {
  const { data } = sealedValue.safeParse(value);
  return data ? (JSON.parse(openField(vault, placeOf(rowId), data.sealed)) as unknown) : value;
}

/** Entries as the asker may see them: what is sealed or of a sensitive field is opened, or hidden. */
export async function presentEntries(
  parts: Pick<Parts, 'db' | 'vault'>,
  asker: Pick<Principal, 'agentId' | 'role'>,
  customerId: string,
  fields: readonly CustomField[],
  entries: readonly FieldEntry[],
): Promise<FieldEntry[]> {
  const sensitive = sensitiveKeys(fields);
  const hides = (entry: FieldEntry) => entry.value !== null && (sensitive.has(entry.key) || isSealed(entry.value));
  if (!entries.some(hides)) return [...entries];
  const present = await presentSensitive(parts.db.sql, asker, customerId);
  return entries.map((entry) => {
    if (!hides(entry)) return entry;
    const value = openValue(parts.vault, entry.version, entry.value) as FieldEntry['value'];
    const shown = present(textOf(value));
    return shown.masked ? { ...entry, value: shown.value, masked: true } : { ...entry, value };
  });
}

/** As a person reads it. */
export const textOf = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : String(value));

/** Changes with the values of sensitive fields sealed. A value that is there already stays as it is sealed, so that nothing changes. */
export async function sealChanges(
  { db, vault }: Pick<Parts, 'db' | 'vault'>,
  customerId: string,
  fields: readonly CustomField[],
  changes: readonly FieldChange[],
): Promise<FieldChange[]> {
  const sensitive = sensitiveKeys(fields);
  const concerned = changes.filter(({ key, value }) => sensitive.has(key) && value !== null);
  if (concerned.length === 0) return [...changes];
  const keys = concerned.map(({ key }) => key);
  const held = new Map((await readHeldValues(db.sql, [customerId], keys)).map((one) => [one.key, one]));
  const ids = new Map((await newValueIds(db.sql, keys.length)).map((id, index) => [keys[index] ?? '', id]));
  return changes.map((change) => {
    const id = ids.get(change.key);
    if (id === undefined) return change;
    const before = held.get(change.key);
    if (before && isSealed(before.value) && isDeepStrictEqual(openValue(vault, before.id, before.value), change.value))
      return { ...change, value: before.value };
    return { ...change, id, value: sealValue(vault, id, change.value) };
  });
}

/** Values of a batch so that rows can be compared with them: what is sealed is opened. */
export async function openHeld(
  sql: Queryable,
  vault: Vault,
  customerIds: readonly string[],
  keys: readonly string[],
): Promise<Map<string, Record<string, unknown>>> {
  const opened = new Map<string, Record<string, unknown>>();
  for (const { customerId, key, id, value } of await readHeldValues(sql, customerIds, keys))
    if (value !== null) opened.set(customerId, { ...opened.get(customerId), [key]: openValue(vault, id, value) });
  return opened;
}

const walkStep = 2_000;

/** Seals the values of fields that became sensitive, and opens those of fields that are not any more. */
export async function walkSensitive(parts: Pick<Parts, 'db' | 'vault'>): Promise<void> {
  const step = () =>
    parts.db.transaction(async (tx) => {
      const walk = await nextFieldValues(tx, walkStep);
      if (!walk) return false;
      const turned = walk.values.map(({ id, value }) => ({
        id,
        value: walk.sensitive ? sealValue(parts.vault, id, value) : openValue(parts.vault, id, value),
      }));
      await writeFieldValues(tx, turned);
      return true;
    });
  while (await step());
}
