import { HubError, type QueueWrite, type queueSettings } from '@patchbay/contracts';
import type { Queryable } from '@patchbay/store';
import { databaseErrorCode } from '@patchbay/store';
import {
  deleteQueue,
  insertQueue,
  listQueueSettings,
  missingQueues,
  orderQueues,
  type QueueInUse,
  readQueueSettings,
  updateQueue,
} from '@patchbay/store/queries/queues';
import { newestPlanNumber } from '@patchbay/store/queries/service-plans';
import { nextId } from '@patchbay/store/queries/setting-changes';
import { z } from 'zod';
import { unknownReference } from '../../auth/agents.ts';
import { readCalendars } from '../../clocks/plans.ts';
import type { Parts } from '../../parts.ts';
import { lookAgain } from '../../pipeline/assign.ts';
import { changeSetting, type Setting } from '../../setting-changes.ts';
import { route } from '../route.ts';

const tag = 'Queues';
const byId = z.object({ id: z.uuid() });
const notThere = () => new HubError('not_found', 'There is no such queue');
const nameTaken = () => new HubError('conflict', 'There is a queue of this name');

const inUse: Record<QueueInUse, string> = {
  last: 'The last queue stays',
  tickets: 'Tickets are in the queue, or were; move those that wait, and take its channels away instead',
  'request-types': 'A request type leads to the queue',
  'mail-identities': 'A sender address leads to the queue',
  rings: 'Another queue overflows to it',
};

/** What managers decide; what waits and where it stands in the list is not part of it. */
async function recorded(sql: Queryable, id: string) {
  const found = await readQueueSettings(sql, id);
  if (!found) return null;
  const { waiting: _waiting, memberCount: _members, position: _position, ...settings } = found;
  return settings;
}

const queueSetting = (id: string): Setting => ({ setting: 'queue', key: id, read: (tx) => recorded(tx, id) });

async function queueOf(parts: Parts, id: string): Promise<z.input<typeof queueSettings>> {
  const queue = await readQueueSettings(parts.db.sql, id);
  if (!queue) throw notThere();
  return queue;
}

/** @throws HubError `unprocessable` when a ring leads nowhere, or back to where it begins */
async function checkRings(tx: Queryable, id: string, { rings }: QueueWrite): Promise<void> {
  const targets = rings.flatMap((ring) => (ring.kind === 'queue' ? [ring.queueId] : []));
  if (targets.includes(id)) throw new HubError('unprocessable', 'A queue cannot overflow to itself');
  if ((await missingQueues(tx, targets)).length > 0)
    throw new HubError('unprocessable', 'A queue that it overflows to does not exist');
}

/** @throws HubError `unprocessable` when there is no such calendar */
async function checkCalendar({ db }: Parts, tx: Queryable, { calendar }: QueueWrite): Promise<void> {
  if (calendar === null) return;
  const { times } = await readCalendars(db, tx, await newestPlanNumber(tx));
  if (!times.has(calendar)) throw new HubError('unprocessable', 'There is no such calendar');
}

function refuse(error: unknown): never {
  if (databaseErrorCode(error) === '23505') throw nameTaken();
  return unknownReference(error);
}

export const queueRoutes = [
  route({
    method: 'get',
    path: '/queue-settings',
    summary: 'How every queue is set up, in their order',
    tag,
    access: 'manager',
    answer: 'QueueSettingsPage',
    handle: async ({ parts }) => ({ items: await listQueueSettings(parts.db.sql), nextCursor: null }),
  }),
  route({
    method: 'post',
    path: '/queues',
    summary: 'Add a queue after the others',
    tag,
    access: 'manager',
    body: 'QueueCreate',
    answer: 'QueueSettings',
    status: 201,
    creates: true,
    async handle(call) {
      const { parts, body } = call;
      const id = await nextId(parts.db.sql);
      await changeSetting(call, queueSetting(id), async (tx) => {
        await checkRings(tx, id, body);
        await checkCalendar(parts, tx, body);
        if (!(await insertQueue(tx, id, body))) throw nameTaken();
      }).catch(refuse);
      return queueOf(parts, id);
    },
  }),
  route({
    method: 'put',
    path: '/queues/order',
    summary: 'The order of the queues: the first that takes a channel gets its contacts',
    tag,
    access: 'manager',
    body: 'QueueOrder',
    answer: 'QueueSettingsPage',
    async handle(call) {
      const { parts, body } = call;
      const read = async (tx: Queryable) => ({ names: (await listQueueSettings(tx)).map(({ name }) => name) });
      await changeSetting(call, { setting: 'queue-order', key: null, read }, (tx) => orderQueues(tx, body.ids));
      return { items: await listQueueSettings(parts.db.sql), nextCursor: null };
    },
  }),
  route({
    method: 'put',
    path: '/queues/:id',
    summary: 'Change a queue: its channels, opening hours, members, skills, priority, ageing and overflow',
    tag,
    access: 'manager',
    params: byId,
    body: 'QueueUpdate',
    answer: 'QueueSettings',
    async handle(call) {
      const { parts, params, body } = call;
      await changeSetting(call, queueSetting(params.id), async (tx) => {
        await checkRings(tx, params.id, body);
        await checkCalendar(parts, tx, body);
        if (!(await updateQueue(tx, params.id, body))) throw notThere();
      }).catch(refuse);
      lookAgain(parts, [params.id]);
      return queueOf(parts, params.id);
    },
  }),
  route({
    method: 'delete',
    path: '/queues/:id',
    summary: 'Take a queue away that nothing waits in or refers to',
    tag,
    access: 'manager',
    params: byId,
    async handle(call) {
      const outcome = await changeSetting(call, queueSetting(call.params.id), (tx) => deleteQueue(tx, call.params.id));
      if (outcome === 'no-queue') throw notThere();
      if (outcome !== 'deleted') throw new HubError('conflict', inUse[outcome]);
    },
  }),
];
