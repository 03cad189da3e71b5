import { gradingRunQuery, HubError, pageQuery, timelinessQuery, type GradingRun } from '@patchbay/contracts';
import { timelinessFormula, timelinessOf } from '@patchbay/domain';
import { databaseErrorCode } from '@patchbay/store';
import { followUpCounts, recordScore, setDedicatedAgent, ticketNumberOf } from '@patchbay/store/queries/customer-care';
import {
  beginRun,
  endOtherRuns,
  endPreviews,
  insertVersion,
  listRuns,
  listVersions,
  readRun,
  readVersion,
  writeStart,
} from '@patchbay/store/queries/grading';
import { listMoves } from '@patchbay/store/queries/grading-results';
import { z } from 'zod';
import { explainCustomer } from '../../grading/explain.ts';
import { currentVersion, startOf } from '../../grading/rules.ts';
import type { Parts } from '../../parts.ts';
import { countKey, idKey, pageOf, sliceOf } from '../cursor.ts';
import { route } from '../route.ts';
import { customerOf } from './customers.ts';
import { byId } from './tickets.ts';

const tag = 'Grading';
const byVersion = z.object({ version: z.coerce.number().int().min(1).max(1_000_000_000) });

async function runOf(parts: Parts, id: string | null): Promise<GradingRun> {
  const run = id === null ? null : await readRun(parts.db.sql, id);
  if (!run) throw new HubError('not_found', 'There is no such run');
  return run;
}

const startWork = (parts: Parts): void => parts.jobs.add('grade-customers', { grading: true });

const policyRoutes = [
  route({
    method: 'get',
    path: '/grading',
    summary: 'The policy that holds now',
    tag,
    access: 'agent',
    answer: 'GradingVersion',
    handle: ({ parts }) => currentVersion(parts.db.sql),
  }),
  route({
    method: 'get',
    path: '/grading/versions',
    summary: 'Published versions, newest first',
    tag,
    access: 'manager',
    query: pageQuery,
    answer: 'GradingVersionPage',
    handle: async ({ parts, query }) => pageOf(await listVersions(parts.db.sql, sliceOf(countKey, query))),
  }),
  route({
    method: 'get',
    path: '/grading/versions/:version',
    summary: 'One published version, as it was',
    tag,
    access: 'manager',
    params: byVersion,
    answer: 'GradingVersion',
    async handle({ parts, params }) {
      const found = await readVersion(parts.db.sql, params.version);
      if (!found) throw new HubError('not_found', 'There is no such version');
      return found;
    },
  }),
  route({
    method: 'post',
    path: '/grading/versions',
    summary: 'Publish a policy as the next version; every customer is graded by it',
    tag,
    access: 'manager',
    body: 'GradingPublish',
    answer: 'GradingVersion',
    status: 201,
    creates: true,
    async handle({ parts, principal, body }) {
      const version = await parts.db.transaction(async (tx) => {
        const made = await insertVersion(tx, { ...body, agentId: principal.agentId });
        if (made === null) throw new HubError('conflict', 'Another version was published meanwhile; look at it first');
        await writeStart(tx, startOf({ version: made, policy: body.policy }));
        const run = await beginRun(tx, {
          kind: 'publish',
          uniqueKey: `publish:${made}`,
          version: made,
          agentId: principal.agentId,
        });
        await endOtherRuns(tx, run);
        return made;
      });
      startWork(parts);
      parts.relay.nudge();
      const published = await readVersion(parts.db.sql, version);
      if (!published) throw new HubError('internal', 'The version was published and is not there');
      return published;
    },
  }),
];

const runRoutes = [
  route({
    method: 'post',
    path: '/grading/previews',
    summary: 'Try a policy on all customers; nothing is changed',
    tag,
    access: 'manager',
    body: 'GradingPreview',
    answer: 'GradingRun',
    status: 201,
    creates: true,
    async handle({ parts, principal, body }) {
      const id = await parts.db.transaction(async (tx) => {
        await endPreviews(tx, principal.agentId);
        return beginRun(tx, { kind: 'preview', policy: body.policy, agentId: principal.agentId });
      });
      startWork(parts);
      return runOf(parts, id);
    },
  }),
  route({
    method: 'get',
    path: '/grading/runs',
    summary: 'Ways through all customers, newest first',
    tag,
    access: 'manager',
    query: gradingRunQuery,
    answer: 'GradingRunPage',
    handle: async ({ parts, query }) => pageOf(await listRuns(parts.db.sql, query.kind, sliceOf(idKey, query))),
  }),
  route({
    method: 'get',
    path: '/grading/runs/:id',
    summary: 'How far a run has come, and what it has counted',
    tag,
    access: 'manager',
    params: byId,
    answer: 'GradingRun',
    handle: ({ parts, params }) => runOf(parts, params.id),
  }),
  route({
    method: 'post',
    path: '/grading/runs',
    summary: 'Grade every customer anew by the version that holds',
    tag,
    access: 'manager',
    answer: 'GradingRun',
    status: 201,
    creates: true,
    async handle({ parts, principal }) {
      const { version } = await currentVersion(parts.db.sql);
      const id = await beginRun(parts.db.sql, { kind: 'manual', version, agentId: principal.agentId });
      startWork(parts);
      return runOf(parts, id);
    },
  }),
  route({
    method: 'get',
    path: '/grading/timeliness',
    summary: 'Share of follow-ups that were done by their due date',
    tag,
    access: 'manager',
    query: timelinessQuery,
    answer: 'Timeliness',
    async handle({ parts, query }) {
      const rows = await followUpCounts(parts.db.sql, query.days, parts.now());
      const sum = (of: 'due' | 'inTime' | 'done') => rows.reduce((total, row) => total + row[of], 0);
      return {
        formula: timelinessFormula,
        total: { grade: null, ...timelinessOf({ due: sum('due'), inTime: sum('inTime'), done: sum('done') }) },
        grades: rows.map((row) => ({ grade: row.grade, ...timelinessOf(row) })),
      };
    },
  }),
];

const customerRoutes = [
  route({
    method: 'get',
    path: '/customers/:id/grading',
    summary: "A customer's grade, stage and segments, and why",
    tag,
    access: 'agent',
    params: byId,
    answer: 'CustomerGrading',
    handle: ({ parts, params }) => explainCustomer(parts, params.id),
  }),
  route({
    method: 'get',
    path: '/customers/:id/moves',
    summary: "Moves of a customer's grade, stage and warnings, newest first",
    tag,
    access: 'agent',
    params: byId,
    query: pageQuery,
    answer: 'CustomerMovePage',
    async handle({ parts, params, query }) {
      await customerOf(parts, params.id);
      return pageOf(await listMoves(parts.db.sql, params.id, sliceOf(idKey, query)));
    },
  }),
  route({
    method: 'put',
    path: '/customers/:id/dedicated-agent',
    summary: 'Give a customer an agent of their own, who is asked first; null takes it away',
    tag,
    access: 'manager',
    params: byId,
    body: 'DedicatedAgentUpdate',
    answer: 'CustomerGrading',
    async handle({ parts, principal, params, body }) {
      await setDedicatedAgent(parts.db.sql, params.id, body.agentId, principal.agentId).catch((error: unknown) => {
        if (databaseErrorCode(error) === '23503') throw new HubError('invalid_input', 'agentId: no such agent');
        throw error;
      });
      parts.relay.nudge();
      return explainCustomer(parts, params.id);
    },
  }),
  route({
    method: 'post',
    path: '/customers/:id/scores',
    summary: 'Write down a mark from 1 to 5 that a customer gave',
    tag,
    access: 'agent',
    params: byId,
    body: 'ScoreCreate',
    answer: 'SatisfactionScore',
    status: 201,
    creates: true,
    async handle({ parts, principal, params, body }) {
      await customerOf(parts, params.id);
      if (body.ticketId && (await ticketNumberOf(parts.db.sql, body.ticketId, params.id)) === null)
        throw new HubError('invalid_input', 'ticketId: not a ticket of this customer');
      const score = await recordScore(parts.db.sql, params.id, body, principal.agentId);
      if (!score) throw new HubError('conflict', 'This mark of the source belongs to another customer');
      parts.relay.nudge();
      return score;
    },
  }),
];

export const gradingRoutes = [...policyRoutes, ...runRoutes, ...customerRoutes];
