import { HubError, pageQuery, slug, type Segment } from '@patchbay/contracts';
import type { Queryable } from '@patchbay/store';
import {
  deleteSegment,
  insertSegment,
  listMembers,
  listSegments,
  readSegment,
  refreshSegment,
  updateSegment,
} from '@patchbay/store/queries/segments';
import { z } from 'zod';
import type { Parts } from '../../parts.ts';
import { changeSetting, type Setting } from '../../setting-changes.ts';
import { presentNamed } from '../../privacy/masking.ts';
import { idKey, pageOf, sliceOf } from '../cursor.ts';
import { route } from '../route.ts';

const tag = 'Segments';
const byKey = z.object({ key: slug });

const notThere = () => new HubError('not_found', 'There is no such segment');

async function segmentOf(parts: Parts, key: string): Promise<Segment> {
  const segment = await readSegment(parts.db.sql, key);
  if (!segment) throw notThere();
  return segment;
}

/** What managers say of it; who is in it is found by the hub. */
async function recordedSegment(sql: Queryable, key: string) {
  const found = await readSegment(sql, key);
  return found && { name: found.name, description: found.description, condition: found.condition };
}

const segmentSetting = (key: string): Setting => ({ setting: 'segment', key, read: (tx) => recordedSegment(tx, key) });

/** Every customer is looked at. */
const findMembers = (parts: Parts): void => parts.jobs.add('grade-customers', { grading: true });

export const segmentRoutes = [
  route({
    method: 'get',
    path: '/segments',
    summary: 'Saved sets of customers, with how many are in each',
    tag,
    access: 'agent',
    answer: 'SegmentPage',
    handle: async ({ parts }) => ({ items: await listSegments(parts.db.sql), nextCursor: null }),
  }),
  route({
    method: 'post',
    path: '/segments',
    summary: 'Add a segment; its members are found by a run over all customers',
    tag,
    access: 'manager',
    body: 'SegmentCreate',
    answer: 'Segment',
    status: 201,
    creates: true,
    async handle(call) {
      const { parts, principal, body } = call;
      await changeSetting(call, segmentSetting(body.key), async (tx) => {
        if (!(await insertSegment(tx, body)))
          throw new HubError('conflict', 'There is a segment with this key, or there are too many');
        await refreshSegment(tx, body.key, principal.agentId);
      });
      findMembers(parts);
      return segmentOf(parts, body.key);
    },
  }),
  route({
    method: 'put',
    path: '/segments/:key',
    summary: 'Change a segment; its members are found anew',
    tag,
    access: 'manager',
    params: byKey,
    body: 'SegmentUpdate',
    answer: 'Segment',
    async handle(call) {
      const { parts, principal, params, body } = call;
      await changeSetting(call, segmentSetting(params.key), async (tx) => {
        if (!(await updateSegment(tx, { ...body, key: params.key }))) throw notThere();
        await refreshSegment(tx, params.key, principal.agentId);
      });
      findMembers(parts);
      return segmentOf(parts, params.key);
    },
  }),
  route({
    method: 'delete',
    path: '/segments/:key',
    summary: 'Take a segment away',
    tag,
    access: 'manager',
    params: byKey,
    async handle(call) {
      const { key } = call.params;
      if (!(await changeSetting(call, segmentSetting(key), (tx) => deleteSegment(tx, key)))) throw notThere();
    },
  }),
  route({
    method: 'get',
    path: '/segments/:key/members',
    summary: 'Customers in the segment',
    tag,
    access: 'agent',
    params: byKey,
    query: pageQuery,
    answer: 'SegmentMemberPage',
    async handle({ parts, principal, params, query }) {
      const { id } = await segmentOf(parts, params.key);
      const found = await listMembers(parts.db.sql, id, sliceOf(idKey, query));
      return pageOf({ ...found, items: await presentNamed(parts.db.sql, principal, 'name', found.items) });
    },
  }),
];
