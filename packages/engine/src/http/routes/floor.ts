import { floorQuery, floorSettings, HubError, pageQuery, type FloorSettings } from '@patchbay/contracts';
import { readSetting, writeSetting } from '@patchbay/store';
import type { Queryable } from '@patchbay/store';
import {
  insertWhisper,
  listFloorAgents,
  listFloorWaiting,
  listWhispers,
  writeListening,
} from '@patchbay/store/queries/floor';
import { z } from 'zod';
import { stateOf } from '../../pipeline/assign.ts';
import { changeSetting, type Setting } from '../../setting-changes.ts';
import { idKey, momentKey, nameKey, pageOf, sliceOf } from '../cursor.ts';
import { route } from '../route.ts';
import { requireTicket } from '../ticket-scope.ts';
import { byId } from './tickets.ts';

const tag = 'Floor';
const settingKey = 'floor';

/** A new centre shows its agents when somebody reads along. */
async function readFloorSettings(sql: Queryable): Promise<FloorSettings> {
  return floorSettings.safeParse(await readSetting(sql, settingKey)).data ?? { showListening: true };
}
const setting: Setting = { setting: 'floor', key: null, read: readFloorSettings };
const ticketIds = z.array(z.uuid('ids: not the ids of tickets'));

export const floorRoutes = [
  route({
    method: 'get',
    path: '/floor/agents',
    summary: 'Every agent with state, skills, load and what they hold',
    tag,
    access: 'manager',
    query: floorQuery,
    answer: 'FloorAgentPage',
    handle: async ({ parts, query }) =>
      pageOf(await listFloorAgents(parts.db.sql, query.ids ?? null, sliceOf(nameKey, query))),
  }),
  route({
    method: 'get',
    path: '/floor/waiting',
    summary: 'Everything that waits, longest first, with what its place is made of',
    tag,
    access: 'manager',
    query: floorQuery,
    answer: 'FloorWaitingPage',
    async handle({ parts, query }) {
      const ids = ticketIds.safeParse(query.ids ?? []);
      if (!ids.success) throw new HubError('invalid_input', 'ids: not the ids of tickets');
      return pageOf(await listFloorWaiting(parts.db.sql, query.ids ? ids.data : null, sliceOf(momentKey, query)));
    },
  }),
  route({
    method: 'get',
    path: '/settings/floor',
    summary: 'Whether agents are shown that somebody reads along',
    tag,
    access: 'manager',
    answer: 'FloorSettings',
    handle: ({ parts }) => readFloorSettings(parts.db.sql),
  }),
  route({
    method: 'put',
    path: '/settings/floor',
    summary: 'Change whether agents are shown that somebody reads along',
    tag,
    access: 'manager',
    body: 'FloorSettingsUpdate',
    answer: 'FloorSettings',
    async handle(call) {
      await changeSetting(call, setting, (tx) => writeSetting(tx, settingKey, call.body));
      return readFloorSettings(call.parts.db.sql);
    },
  }),
  route({
    method: 'post',
    path: '/tickets/:id/listen',
    summary: 'Write down that one reads along on a text conversation, before reading its messages',
    tag,
    access: 'manager',
    params: byId,
    async handle({ parts, principal, params, correlationId }) {
      await requireTicket(parts, principal, params.id);
      const { channel } = await stateOf(parts, params.id);
      if (parts.channels.get(channel)?.calls) throw new HubError('unprocessable', 'Only texts can be read along');
      const { showListening } = await readFloorSettings(parts.db.sql);
      const { agentId: actorId, name: actorName } = principal;
      await writeListening(parts.db.sql, {
        ticketId: params.id,
        actorId,
        actorName,
        correlationId,
        shown: showListening,
      });
      parts.relay.nudge();
    },
  }),
  route({
    method: 'post',
    path: '/tickets/:id/whispers',
    summary: 'Whisper to the agent who has the ticket; nobody else is shown it',
    tag,
    access: 'manager',
    params: byId,
    body: 'WhisperCreate',
    answer: 'Whisper',
    status: 201,
    creates: true,
    async handle({ parts, principal, params, body, correlationId }) {
      await requireTicket(parts, principal, params.id);
      const { agentId: authorId } = principal;
      const made = await insertWhisper(parts.db.sql, { ticketId: params.id, authorId, text: body.text, correlationId });
      if (!made) throw new HubError('conflict', 'Nobody has the ticket');
      parts.relay.nudge();
      return made;
    },
  }),
  route({
    method: 'get',
    path: '/tickets/:id/whispers',
    summary: 'What was whispered to or by who asks, newest first',
    tag,
    access: 'agent',
    params: byId,
    query: pageQuery,
    answer: 'WhisperPage',
    async handle({ parts, principal, params, query }) {
      await requireTicket(parts, principal, params.id);
      return pageOf(await listWhispers(parts.db.sql, params.id, principal.agentId, sliceOf(idKey, query)));
    },
  }),
];
