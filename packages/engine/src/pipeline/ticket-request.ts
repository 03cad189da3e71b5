/** What a ticket asks for: set by agents, and complete before the ticket counts as answered (service norms C3, I2). */
import { isDeepStrictEqual } from 'node:util';
import { checkRequest, HubError, type RequestField, type Ticket, type ticketUpdate } from '@patchbay/contracts';
import { readRequestType, setTicketRequest } from '@patchbay/store/queries/request-types';
import { readTicket } from '@patchbay/store/queries/tickets';
import type { z } from 'zod';
import type { Parts } from '../parts.ts';

type Update = Pick<z.infer<typeof ticketUpdate>, 'requestType' | 'fields' | 'status'>;

/**
 * Sets type and fields. A field may stay empty until the ticket is resolved, what is in it has to fit. Changing the type moves the ticket to
 * no other queue: somebody may be at work on it.
 *
 * @throws HubError `invalid_input` naming each field, `unprocessable` when it would be resolved with required fields missing
 */
export async function changeRequest(parts: Parts, ticketId: string, actorId: string, update: Update): Promise<void> {
  const ends = update.status === 'resolved' || update.status === 'closed';
  if (update.requestType === undefined && update.fields === undefined && !ends) return;
  const ticket = await readTicket(parts.db.sql, ticketId);
  if (!ticket) throw new HubError('not_found', 'There is no such ticket');
  const type = update.requestType === undefined ? ticket.requestType : update.requestType;
  const definition = type === null ? null : await readRequestType(parts.db.sql, type);
  if (!definition && type !== ticket.requestType && type !== null)
    throw new HubError('invalid_input', 'requestType: there is none of this name');
  const fields = definition
    ? fieldsFor(definition.fields, ticket, update, type)
    : { ...(type === null ? {} : ticket.fields) };
  const isDone = ['resolved', 'closed'].includes(update.status ?? ticket.status);
  const changes = type !== ticket.requestType || !isDeepStrictEqual(fields, ticket.fields);
  if (definition && isDone && (changes || !['resolved', 'closed'].includes(ticket.status)))
    demandAll(definition.fields, fields);
  await setTicketRequest(parts.db.sql, ticketId, { type, fields }, actorId);
  parts.relay.nudge();
}

/** What is given, or what the ticket has as far as the type knows it. Values of fields that its own type had once stay as they are. */
function fieldsFor(
  definition: readonly RequestField[],
  ticket: Ticket,
  { fields: given }: Update,
  type: string | null,
): Record<string, unknown> {
  const known = new Set(definition.map((field) => field.key));
  const [present, past] = [true, false].map((isKnown) =>
    Object.fromEntries(Object.entries(ticket.fields).filter(([key]) => known.has(key) === isKnown)),
  ) as [Record<string, unknown>, Record<string, unknown>];
  const kept = type === ticket.requestType ? past : {};
  if (given === undefined) return { ...kept, ...present };
  const asked = Object.entries(given).filter(([key, value]) => !(Object.hasOwn(kept, key) && kept[key] === value));
  const { values, problems } = checkRequest(definition, Object.fromEntries(asked));
  const issues = problems
    .filter(({ problem }) => problem !== 'required')
    .map(({ field, problem }) => ({ path: `fields.${field}`, message: problem }));
  if (issues[0]) throw new HubError('invalid_input', `${issues[0].path}: ${issues[0].message}`, { issues });
  return { ...kept, ...values };
}

function demandAll(definition: readonly RequestField[], fields: Readonly<Record<string, unknown>>): void {
  const missing = checkRequest(definition, fields).problems.filter(({ problem }) => problem === 'required');
  if (missing.length === 0) return;
  const labels = missing.map(({ field }) => definition.find(({ key }) => key === field)?.labelEn ?? field);
  throw new HubError('unprocessable', `Still to be filled in before the ticket is resolved: ${labels.join(', ')}`, {
    issues: missing.map(({ field }) => ({ path: `fields.${field}`, message: 'required' })),
  });
}
