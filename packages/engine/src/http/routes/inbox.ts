import { bulkLimit, HubError, inboxQuery } from '@patchbay/contracts';
import type { InboxBulk, InboxBulkAnswer, InboxDetail, InboxFilter } from '@patchbay/contracts';
import { readInbox } from '@patchbay/store';
import type { InboxRow } from '@patchbay/store';
import {
  discardInbox,
  inboxIds,
  requestReplay,
  restoreInbox,
  unmovedOutcomes,
} from '@patchbay/store/queries/inbox-bulk';
import { inboxGroups, listInbox, quarantineSummary, readInboxItem } from '@patchbay/store/queries/inbox-list';
import type { Principal } from '../../auth/index.ts';
import type { Parts } from '../../parts.ts';
import { replayContact } from '../../pipeline/replay.ts';
import { requireWhole } from '../../privacy/door.ts';
import { maySearchParts, presentInbox } from '../../privacy/masking.ts';
import { fieldsOf, previewOf, textOf } from '../../watch/received-fields.ts';
import { idKey, pageOf, sliceOf } from '../cursor.ts';
import { sendDownload } from '../file-answer.ts';
import { route } from '../route.ts';
import { byId } from './tickets.ts';

/** Groups that are worth showing; who has more has one trouble, not many. */
const mostGroups = 100;

async function inboxItemOf(parts: Parts, principal: Principal, id: string) {
  const item = await readInboxItem(parts.db.sql, id);
  if (!item) throw new HubError('not_found', 'There is no such contact');
  const [shown = item] = await presentInbox(parts, principal, [item]);
  return shown;
}

async function received(parts: Parts, id: string): Promise<{ row: InboxRow; bytes: Buffer }> {
  const row = await readInbox(parts.db.sql, id);
  if (!row) throw new HubError('not_found', 'There is no such contact');
  return { row, bytes: row.raw ?? (await parts.files.read(row.rawSha256)) };
}

/** What is done with and past is history, which a search without an index would read as a whole. */
function requireBounded({ state, channel, group, olderThan, q }: InboxFilter): void {
  const narrowed = channel !== undefined || group !== undefined || olderThan !== undefined || Boolean(q);
  if (narrowed && state !== 'quarantined' && state !== 'discarded')
    throw new HubError('invalid_input', 'channel, group, olderThan and q are for the states quarantined and discarded');
}

async function detailOf(parts: Parts, id: string): Promise<InboxDetail> {
  const { row, bytes } = await received(parts, id);
  const { rawType, rawSha256, contact } = row;
  return {
    id: row.id,
    rawType,
    rawSha256,
    size: bytes.byteLength,
    ...fieldsOf(bytes, rawType),
    preview: previewOf(bytes, rawType, contact?.replyText ?? contact?.text),
  };
}

const deeds = {
  replay: { from: 'quarantined', target: 'replaying', outcome: 'queued' },
  discard: { from: 'quarantined', target: 'discarded', outcome: 'discarded' },
  restore: { from: 'discarded', target: 'quarantined', outcome: 'restored' },
} as const;

/** What a call is about. @throws HubError `conflict` when more match than were seen */
async function chosenBy(parts: Parts, { action, ids, filter, seen }: InboxBulk) {
  if (!filter) return { ids: [...new Set(ids)], more: false, matching: null };
  const condition = { ...filter, state: deeds[action].from, ...(seen && { until: seen.until }) };
  const found = await inboxIds(parts.db.sql, condition, action === 'replay', bulkLimit + 1);
  if (seen && found.matching !== null && found.matching > seen.count)
    throw new HubError('conflict', `${found.matching} contacts match by now, and ${seen.count} were seen`);
  return { ...found, ids: found.ids.slice(0, bulkLimit), more: found.ids.length > bulkLimit };
}

async function bulk(parts: Parts, request: InboxBulk, actorId: string): Promise<InboxBulkAnswer> {
  const { action, reason = '' } = request;
  const { sql } = parts.db;
  const deed = deeds[action];
  const { ids, more, matching } = await chosenBy(parts, request);
  const moved = new Set(
    action === 'replay'
      ? await requestReplay(sql, ids, actorId)
      : action === 'discard'
        ? await discardInbox(sql, ids, actorId, reason)
        : await restoreInbox(sql, ids, actorId),
  );
  if (action === 'replay') for (const inboxId of moved) parts.jobs.add('replay-contact', { inboxId, replay: true });
  parts.relay.nudge();
  const unmoved = await unmovedOutcomes(
    sql,
    ids.filter((id) => !moved.has(id)),
    deed.target,
  );
  return {
    outcomes: [...[...moved].map((id) => ({ id, outcome: deed.outcome })), ...unmoved],
    more,
    ...(matching !== null && { left: matching - moved.size }),
  };
}

export const inboxRoutes = [
  route({
    method: 'get',
    path: '/inbox',
    summary: 'Received contacts, newest first; those in quarantine can be searched',
    tag: 'Inbox',
    access: 'manager',
    query: inboxQuery,
    answer: 'InboxItemPage',
    async handle({ parts, principal, query }) {
      const { limit: _limit, cursor: _cursor, ...filter } = query;
      requireBounded(filter);
      const parted = await maySearchParts(parts.db.sql, principal);
      const page = await listInbox(parts.db.sql, filter, sliceOf(idKey, query), parted);
      return pageOf({ ...page, items: await presentInbox(parts, principal, page.items) });
    },
  }),
  route({
    method: 'get',
    path: '/inbox/groups',
    summary: 'Quarantined contacts that fail alike, the most frequent first',
    tag: 'Inbox',
    access: 'manager',
    answer: 'InboxGroupList',
    async handle({ parts, principal }) {
      return { items: await presentInbox(parts, principal, await inboxGroups(parts.db.sql, mostGroups)) };
    },
  }),
  route({
    method: 'get',
    path: '/inbox/summary',
    summary: 'How much waits in quarantine',
    tag: 'Inbox',
    access: 'manager',
    answer: 'QuarantineSummary',
    handle: ({ parts }) => quarantineSummary(parts.db.sql),
  }),
  route({
    method: 'post',
    path: '/inbox/bulk',
    summary:
      'Replay, discard or restore up to 500 contacts; safe to repeat. Discarding by a filter needs what was seen',
    tag: 'Inbox',
    access: 'manager',
    body: 'InboxBulk',
    answer: 'InboxBulkAnswer',
    handle: ({ parts, principal, body }) => bulk(parts, body, principal.agentId),
  }),
  route({
    method: 'get',
    path: '/inbox/:id',
    summary: 'One received contact',
    tag: 'Inbox',
    access: 'manager',
    params: byId,
    answer: 'InboxItem',
    handle: ({ parts, principal, params }) => inboxItemOf(parts, principal, params.id),
  }),
  route({
    method: 'get',
    path: '/inbox/:id/detail',
    summary: 'Headers or fields of a received contact, secrets masked, and its first words',
    tag: 'Inbox',
    access: 'manager',
    params: byId,
    answer: 'InboxDetail',
    async handle({ parts, principal, params }) {
      await requireWhole(parts, principal);
      return detailOf(parts, params.id);
    },
  }),
  route({
    method: 'get',
    path: '/inbox/:id/text',
    summary: 'The first 64 KiB of what was received, as text',
    tag: 'Inbox',
    access: 'manager',
    params: byId,
    answer: 'InboxText',
    async handle({ parts, principal, params }) {
      await requireWhole(parts, principal);
      const { bytes } = await received(parts, params.id);
      return { ...textOf(bytes), size: bytes.byteLength };
    },
  }),
  route({
    method: 'get',
    path: '/inbox/:id/raw',
    summary: 'The bytes as they were received',
    tag: 'Inbox',
    access: 'manager',
    params: byId,
    answer: 'bytes',
    async handle({ parts, principal, params, response }) {
      await requireWhole(parts, principal);
      const { row, bytes } = await received(parts, params.id);
      sendDownload(response, `${row.id}.${row.rawType === 'message/rfc822' ? 'eml' : 'bin'}`, row.rawType, bytes);
    },
  }),
  route({
    method: 'post',
    path: '/inbox/:id/replay',
    summary: 'Send a quarantined contact round again',
    tag: 'Inbox',
    access: 'manager',
    params: byId,
    answer: 'InboxItem',
    async handle({ parts, principal, params }) {
      await replayContact(parts, params.id, principal.agentId);
      return inboxItemOf(parts, principal, params.id);
    },
  }),
];
