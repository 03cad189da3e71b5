import { HubError, taskQuery, type Task, type TaskKind } from '@patchbay/contracts';
import { createTasks, endTask, listTasks, markReviewed, readTask, updateTask } from '@patchbay/store/queries/tasks';
import { databaseErrorCode } from '@patchbay/store';
import type { Queryable } from '@patchbay/store';
import { readFileOwner } from '@patchbay/store/queries/customer-file';
import type { Principal } from '../../auth/principal.ts';
import type { Parts } from '../../parts.ts';
import { presentNamed } from '../../privacy/masking.ts';
import { momentKey, pageOf, sliceOf } from '../cursor.ts';
import { route } from '../route.ts';
import { requireTicket } from '../ticket-scope.ts';
import { byId } from './tickets.ts';

const tag = 'Tasks';

async function taskOf(parts: Parts, viewer: Principal, id: string): Promise<Task> {
  const task = await readTask(parts.db.sql, viewer, id);
  if (!task) throw new HubError('not_found', 'There is no such task');
  return task;
}

/** A foreign key that does not hold (SQLSTATE 23503) is an agent who does not exist. */
function unknownAgent(error: unknown): never {
  if (databaseErrorCode(error) === '23503')
    throw new HubError('unprocessable', 'assigneeId: there is no such agent', { cause: error });
  throw error;
}

/** Ends a task, and with it what it was about: a review that is done starts its period anew, one that is skipped is put off. */
async function end(
  parts: Parts,
  viewer: Principal,
  id: string,
  state: 'done' | 'skipped',
  reason: string | null,
): Promise<Task> {
  await taskOf(parts, viewer, id);
  await parts.db.transaction(async (tx) => {
    const ended = await endTask(tx, id, state, viewer.agentId, reason);
    if (ended) await settleReview(tx, ended, viewer.agentId, state === 'skipped');
  });
  parts.relay.nudge();
  const after = await taskOf(parts, viewer, id);
  if (after.state !== state) throw new HubError('conflict', `This task is ${after.state} already`, { present: after });
  return after;
}

async function settleReview(
  tx: Queryable,
  { kind, customerId }: { kind: TaskKind; customerId: string },
  by: string,
  putOff: boolean,
): Promise<void> {
  const reviewed = /^review-(.*)$/.exec(kind)?.[1];
  if (reviewed !== undefined) await markReviewed(tx, customerId, reviewed, by, putOff);
}

export const taskRoutes = [
  route({
    method: 'get',
    path: '/tasks',
    summary: 'Open tasks, the most urgent first. Agents see their own and those that nobody has',
    tag,
    access: 'agent',
    query: taskQuery,
    answer: 'TaskPage',
    async handle({ parts, principal, query }) {
      const found = await listTasks(parts.db.sql, principal, query, sliceOf(momentKey, query));
      return pageOf({ ...found, items: await presentNamed(parts.db.sql, principal, 'customerName', found.items) });
    },
  }),
  route({
    method: 'post',
    path: '/tasks',
    summary: 'Add a task',
    tag,
    access: 'agent',
    body: 'TaskCreate',
    answer: 'Task',
    status: 201,
    creates: true,
    async handle({ parts, principal, body }) {
      const owner = await readFileOwner(parts.db.sql, body.customerId);
      if (!owner) throw new HubError('unprocessable', 'customerId: there is no such customer');
      if (owner.mergedInto !== null) throw new HubError('conflict', 'This customer is merged into another one');
      if (body.ticketId !== null) await requireTicket(parts, principal, body.ticketId);
      const [id] = await parts.db
        .transaction((tx) => createTasks(tx, [{ ...body, dueAt: new Date(body.dueAt), createdBy: principal.agentId }]))
        .catch(unknownAgent);
      parts.relay.nudge();
      // Whoever gives a task to somebody else may not see it afterwards.
      return taskOf(parts, { ...principal, role: 'manager' }, id ?? '');
    },
  }),
  route({
    method: 'patch',
    path: '/tasks/:id',
    summary: 'Hand a task over or move its date',
    tag,
    access: 'agent',
    params: byId,
    body: 'TaskUpdate',
    answer: 'Task',
    async handle({ parts, principal, params, body }) {
      await taskOf(parts, principal, params.id);
      const done = await updateTask(parts.db.sql, params.id, body, principal.agentId).catch(unknownAgent);
      if (!done) throw new HubError('conflict', 'This task is ended already');
      parts.relay.nudge();
      return taskOf(parts, { ...principal, role: 'manager' }, params.id);
    },
  }),
  route({
    method: 'post',
    path: '/tasks/:id/done',
    summary: 'Say that a task is done; saying it again changes nothing',
    tag,
    access: 'agent',
    params: byId,
    body: 'TaskDone',
    answer: 'Task',
    handle: ({ parts, principal, params, body }) => end(parts, principal, params.id, 'done', body.reason),
  }),
  route({
    method: 'post',
    path: '/tasks/:id/skip',
    summary: 'Leave a task undone, with a reason',
    tag,
    access: 'agent',
    params: byId,
    body: 'TaskSkip',
    answer: 'Task',
    handle: ({ parts, principal, params, body }) => end(parts, principal, params.id, 'skipped', body.reason),
  }),
];
