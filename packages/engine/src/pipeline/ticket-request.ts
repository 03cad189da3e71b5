/** What a ticket asks for: set by agents, and complete before the ticket counts as answered (service norms C3, I2). */
import { isDeepStrictEqual } from 'node:util';
import {
  asRequestField,
  checkRequest,
  type CustomField,
  HubError,
  type RequestField,
  type Ticket,
  type ticketUpdate,
} from '@patchbay/contracts';
import { matchesInTime } from '@patchbay/channels/field-pattern';
import { completenessOf, isRequired, type FileOwner } from '@patchbay/domain';
import { listCustomFields } from '@patchbay/store/queries/custom-fields';
import { readFileOwner } from '@patchbay/store/queries/customer-file';
import { readRequestType, setTicketRequest } from '@patchbay/store/queries/request-types';
import { readTicket } from '@patchbay/store/queries/tickets';
import type { z } from 'zod';
import { sensitiveTicketKeys } from '@patchbay/store/queries/sensitive-requests';
import type { Parts } from '../parts.ts';
import { isSealedValue, maskedText, openFields, sealFields } from './sensitive-request.ts';

type Update = Pick<z.infer<typeof ticketUpdate>, 'requestType' | 'fields' | 'status'>;

/**
 * Sets type and fields. A field may stay empty until the ticket is resolved, what is in it has to fit. Changing the type moves the ticket to
 * no other queue: somebody may be at work on it.
 *
 * @throws HubError `invalid_input` naming each field, `unprocessable` when it would be resolved with required fields missing
 */
export async function changeRequest(
  parts: Parts,
  ticketId: string,
  actorId: string | null,
  update: Update,
): Promise<void> {
  const ends = update.status === 'resolved' || update.status === 'closed';
  if (update.requestType === undefined && update.fields === undefined && !ends) return;
  const kept = await readTicket(parts.db.sql, ticketId);
  const ticket = kept && { ...kept, fields: openFields(parts.vault, kept.fields) };
  if (!kept || !ticket) throw new HubError('not_found', 'There is no such ticket');
  const type = update.requestType === undefined ? ticket.requestType : update.requestType;
  const definition = type === null ? null : await readRequestType(parts.db.sql, type);
  if (!definition && type !== ticket.requestType && type !== null)
    throw new HubError('invalid_input', 'requestType: there is none of this name');
  const { definitions, owner } = await fieldsOfTicket(parts, ticket, type, definition?.fields ?? []);
  const fields = fieldsFor(definitions, ticket, withHidden(update, kept.fields, ticket.fields), type);
  const wasDone = isDone(ticket.status);
  const changes = type !== ticket.requestType || !isDeepStrictEqual(fields, ticket.fields);
  if (isDone(update.status ?? ticket.status) && (changes || !wasDone)) {
    demandAll(definitions, fields);
    if (!wasDone) await demandFile(parts, ticket, type, owner);
  }
  const keys = await sensitiveTicketKeys(parts.db.sql);
  await setTicketRequest(
    parts.db.sql,
    ticketId,
    { type, fields: sealedAsKept(parts, keys, kept.fields, fields) },
    actorId,
  );
  parts.relay.nudge();
}

/** A hidden value that comes back as it was shown is the value that is there. */
function withHidden(update: Update, kept: Ticket['fields'], open: Ticket['fields']): Update {
  if (update.fields === undefined) return update;
  const given = Object.entries(update.fields).map(([key, value]) => [
    key,
    isSealedValue(kept[key]) && value === maskedText(open[key]) ? open[key] : value,
  ]);
  return { ...update, fields: Object.fromEntries(given) as Ticket['fields'] };
}

/** What did not change stays as it is sealed. */
function sealedAsKept(
  { vault }: Pick<Parts, 'vault'>,
  keys: ReadonlySet<string>,
  kept: Ticket['fields'],
  fields: Ticket['fields'],
): Ticket['fields'] {
  const open = openFields(vault, kept);
  const same = Object.entries(fields).map(([key, value]) => [
    key,
    isSealedValue(kept[key]) && isDeepStrictEqual(open[key], value) ? kept[key] : value,
  ]);
  return sealFields(vault, keys, Object.fromEntries(same) as Ticket['fields']);
}

const isDone = (status: Ticket['status']): boolean => status === 'resolved' || status === 'closed';

type Owner = FileOwner & { readonly fields: Readonly<Record<string, unknown>> };

/** The fields of the request type, and those that the centre added to every ticket. */
async function fieldsOfTicket(
  parts: Parts,
  ticket: Ticket,
  type: string | null,
  asked: readonly RequestField[],
): Promise<{ definitions: RequestField[]; owner: Owner | null }> {
  const [custom, owner] = await Promise.all([
    listCustomFields(parts.db.sql, 'ticket'),
    readFileOwner(parts.db.sql, ticket.customerId),
  ]);
  const named = new Set(asked.map(({ key }) => key));
  const own = { grade: owner?.grade ?? null, requestTypes: type === null ? [] : [type] };
  const added = custom
    .filter(({ key }) => !named.has(key))
    .map((field) => asRequestField(field, isRequired(field, own)));
  return { definitions: [...asked, ...added], owner };
}

/** What is given, or what the ticket has as far as its fields are known. Values of fields that its own type had once stay as they are. */
function fieldsFor(
  definitions: readonly RequestField[],
  ticket: Ticket,
  { fields: given }: Update,
  type: string | null,
): Record<string, unknown> {
  const known = new Set(definitions.map((field) => field.key));
  const [present, past] = [true, false].map((isKnown) =>
    Object.fromEntries(Object.entries(ticket.fields).filter(([key]) => known.has(key) === isKnown)),
  ) as [Record<string, unknown>, Record<string, unknown>];
  const kept = type === ticket.requestType ? past : {};
  if (given === undefined) return { ...kept, ...present };
  const asked = Object.entries(given).filter(([key, value]) => !(Object.hasOwn(kept, key) && kept[key] === value));
  const { values, problems } = checkRequest(definitions, Object.fromEntries(asked), matchesInTime);
  const issues = problems
    .filter(({ problem }) => problem !== 'required')
    .map(({ field, problem }) => ({ path: `fields.${field}`, message: problem }));
  if (issues[0]) throw new HubError('invalid_input', `${issues[0].path}: ${issues[0].message}`, { issues });
  return { ...kept, ...values };
}

function demandAll(definitions: readonly RequestField[], fields: Readonly<Record<string, unknown>>): void {
  const missing = checkRequest(definitions, fields, matchesInTime).problems.filter(
    ({ problem }) => problem === 'required',
  );
  demandNone(
    missing.map(({ field }) => ({
      path: `fields.${field}`,
      label: definitions.find(({ key }) => key === field)?.labelEn ?? field,
    })),
  );
}

/** What a ticket of this type needs to know of its customer. */
async function demandFile(parts: Parts, ticket: Ticket, type: string | null, owner: Owner | null): Promise<void> {
  if (type === null || owner === null) return;
  const fields = (await listCustomFields(parts.db.sql, 'customer')).filter(({ requiredTypes }) =>
    requiredTypes.includes(type),
  );
  const { missing } = completenessOf(fields, { grade: null, requestTypes: [type] }, owner.fields);
  const labelOf = (key: string) => fields.find((field: CustomField) => field.key === key)?.labelEn ?? key;
  demandNone(missing.map((key) => ({ path: `customer.${key}`, label: `${labelOf(key)} of ${ticket.customerName}` })));
}

function demandNone(missing: readonly { path: string; label: string }[]): void {
  if (missing.length === 0) return;
  throw new HubError(
    'unprocessable',
    `Still to be filled in before the ticket is resolved: ${missing.map(({ label }) => label).join(', ')}`,
    { issues: missing.map(({ path }) => ({ path, message: 'required' })) },
  );
}
