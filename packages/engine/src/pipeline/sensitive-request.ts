/** Sensitive values of what a ticket asks for: sealed wherever they are kept, and shown to who may see them. */
import { randomUUID } from 'node:crypto';
import type { InboundContact, Ticket } from '@patchbay/contracts';
import { isShown } from '@patchbay/domain';
import type { Queryable } from '@patchbay/store';
import { recordAudit } from '@patchbay/store/queries/audit';
import {
  nextTicketFields,
  sealedWalk,
  sensitiveTicketKeys,
  writeTicketFields,
} from '@patchbay/store/queries/sensitive-requests';
import { z } from 'zod';
import type { Parts } from '../parts.ts';
import { masked, rulesFor, type Asker } from '../privacy/masking.ts';
import type { Vault } from '../secrets.ts';

/** `ref` is what the text is sealed for: a value is sealed before there is a ticket, and goes with it. */
const sealedValue = z.object({ ref: z.uuid(), sealed: z.string() });
const contextOf = (ref: string): string => `ticket-field:${ref}`;

type Fields = Readonly<Record<string, unknown>>;

export const isSealedValue = (value: unknown): boolean => sealedValue.safeParse(value).success;

function sealValue(vault: Vault, value: unknown): z.infer<typeof sealedValue> {
  const ref = randomUUID();
  return { ref, sealed: vault.seal(JSON.stringify(value), contextOf(ref)) };
}

function openValue(vault: Vault, value: unknown): unknown {
  const { data } = sealedValue.safeParse(value);
  return data ? (JSON.parse(vault.unseal(data.sealed, contextOf(data.ref))) as unknown) : value;
}

const mapped = (fields: Fields, change: (value: unknown, key: string) => unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, change(value, key)]));

/** As they were given. @throws Error when one cannot be opened */
export const openFields = (vault: Vault, fields: Fields): Record<string, unknown> =>
  mapped(fields, (value) => openValue(vault, value));

export const sealFields = (vault: Vault, keys: ReadonlySet<string>, fields: Fields): Record<string, unknown> =>
  mapped(fields, (value, key) => (keys.has(key) && !isSealedValue(value) ? sealValue(vault, value) : value));

/** With the present key; the same object where nothing has to be done. */
export function resealFields(vault: Vault, fields: Fields): Record<string, unknown> {
  return mapped(fields, (value) => {
    const { data } = sealedValue.safeParse(value);
    if (!data || data.sealed.startsWith(`v2.${vault.keyId}.`)) return value;
    const context = contextOf(data.ref);
    return { ref: data.ref, sealed: vault.seal(vault.unseal(data.sealed, context), context) };
  });
}

const textOf = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : String(value));
export const maskedText = (value: unknown): string => masked('sensitive', textOf(value));

/** A contact as it is kept: what it says in sensitive fields is sealed. Null: nothing of it is sensitive. */
export async function sealContact(
  { db, vault }: Pick<Parts, 'db' | 'vault'>,
  contact: InboundContact,
): Promise<InboundContact | null> {
  const { request } = contact;
  if (!request || Object.keys(request.fields).length === 0) return null;
  const keys = await sensitiveTicketKeys(db.sql);
  if (!Object.keys(request.fields).some((key) => keys.has(key))) return null;
  return { ...contact, request: { ...request, fields: sealFields(vault, keys, request.fields) } };
}

/** Tickets whose sensitive values are opened or hidden. Who may read a ticket works for its customer. */
export async function presentRequests<T extends Ticket>(
  { db, vault }: Pick<Parts, 'db' | 'vault'>,
  asker: Asker,
  tickets: readonly T[],
): Promise<T[]> {
  if (tickets.every(({ fields }) => Object.keys(fields).length === 0)) return [...tickets];
  const keys = await sensitiveTicketKeys(db.sql);
  const shown = isShown((await rulesFor(db.sql, asker)).sensitive, true);
  return tickets.map((ticket) => {
    const hiddenFields = Object.entries(ticket.fields).flatMap(([key, value]) =>
      !shown && (keys.has(key) || isSealedValue(value)) ? [key] : [],
    );
    const open = openFields(vault, ticket.fields);
    const fields = mapped(open, (value, key) => (hiddenFields.includes(key) ? maskedText(value) : value));
    return { ...ticket, fields, ...(hiddenFields.length > 0 && { hiddenFields }) };
  });
}

const walkStep = 500;

/** Seals what tickets hold of fields that became sensitive, with what was written down of it beside them. */
export async function walkSensitiveRequests({ db, vault }: Pick<Parts, 'db' | 'vault'>): Promise<void> {
  const step = async (tx: Queryable): Promise<boolean> => {
    const keys = await sensitiveTicketKeys(tx);
    const walk = await sealedWalk(tx, [...keys].toSorted());
    if (!walk) return false;
    const found = await nextTicketFields(tx, walk, walkStep);
    const sealed = found
      .filter(({ fields }) => Object.entries(fields).some(([key, value]) => keys.has(key) && !isSealedValue(value)))
      .map(({ id, fields }) => ({ id, fields: sealFields(vault, keys, fields) }));
    await writeTicketFields(tx, sealed, [...keys]);
    if (sealed.length > 0)
      await recordAudit(tx, {
        action: 'ticket-fields.sealed',
        actorId: null,
        detail: { fields: [...keys], tickets: sealed.length },
      });
    return true;
  };
  while (await db.transaction(step));
}
