import { HubError, pageQuery, type Agent, type agentUpdate } from '@patchbay/contracts';
import type { Queryable } from '@patchbay/store';
import { listAgents, readAgent, updateAgent, type AgentChange } from '@patchbay/store/queries/agents';
import { z } from 'zod';
import { createAgent, toE164, unknownReference } from '../../auth/agents.ts';
import { hasRole, type Principal } from '../../auth/principal.ts';
import type { Parts } from '../../parts.ts';
import { changePresence, serve } from '../../pipeline/assign.ts';
import { refuseWithoutReason } from '../../pipeline/presence-reasons.ts';
import { changeSetting, type Setting } from '../../setting-changes.ts';
import { nameKey, pageOf, sliceOf } from '../cursor.ts';
import { route } from '../route.ts';
import { agentOf } from './session.ts';

const tag = 'Team';
/** An agent's id, or `me`. */
const byAgentId = z.object({
  id: z
    .string()
    .min(1)
    .max(100)
    .regex(/^[\w-]+$/),
});

const idOf = (given: string, principal: Principal): string => (given === 'me' ? principal.agentId : given);

/** An agent's own phone number is nobody's business but theirs and their managers'. */
function seenBy(principal: Principal, agent: Agent): Agent {
  return hasRole(principal, 'manager') || agent.id === principal.agentId ? agent : { ...agent, phone: null };
}

function changeOf(parts: Parts, body: z.infer<typeof agentUpdate>): AgentChange {
  if (body.phone === undefined) return { ...body, phone: undefined };
  return { ...body, phone: body.phone ? toE164(body.phone, parts.config.defaultRegion) : null };
}

/** Administrators change anybody; everybody changes their own phone and their own delay. @throws HubError `forbidden` */
function demandRight(principal: Principal, id: string, body: z.infer<typeof agentUpdate>): void {
  if (hasRole(principal, 'admin')) return;
  const others = Object.entries(body).some(
    ([name, value]) => !['phone', 'undoSeconds'].includes(name) && value !== undefined,
  );
  if (id !== principal.agentId || others) throw new HubError('forbidden', 'Only an administrator may change this');
}

/** What decides which work an agent gets, and what they may do; nothing personal. */
async function recorded(sql: Queryable, id: string) {
  const agent = await readAgent(sql, id);
  if (!agent) return null;
  const { role, capacity, capacityTotal, skills, ownQueueIds } = agent;
  return { role, capacity, capacityTotal, skills, queueIds: ownQueueIds };
}

const agentSetting = (id: string): Setting => ({ setting: 'agent', key: id, read: (tx) => recorded(tx, id) });

const agentBasics = [
  route({
    method: 'get',
    path: '/agents',
    summary: 'Agents in the order of their names',
    tag,
    access: 'agent',
    query: pageQuery,
    answer: 'AgentPage',
    async handle({ parts, principal, query }) {
      const found = await listAgents(parts.db.sql, sliceOf(nameKey, query));
      return pageOf({ ...found, items: found.items.map((agent) => seenBy(principal, agent)) });
    },
  }),
  route({
    method: 'post',
    path: '/agents',
    summary: 'Add an agent',
    tag,
    access: 'admin',
    body: 'AgentCreate',
    answer: 'Agent',
    status: 201,
    creates: true,
    handle: async ({ parts, body }) => agentOf(parts, await createAgent(parts, body)),
  }),
  route({
    method: 'patch',
    path: '/agents/:id',
    summary: 'Change an agent; `me` stands for whoever asks',
    tag,
    access: 'agent',
    params: byAgentId,
    body: 'AgentUpdate',
    answer: 'Agent',
    async handle(call) {
      const { parts, principal, params, body } = call;
      const id = idOf(params.id, principal);
      demandRight(principal, id, body);
      const change = changeOf(parts, body);
      const outcome = await changeSetting(call, agentSetting(id), (tx) => updateAgent(tx, id, change)).catch(
        unknownReference,
      );
      if (outcome === 'no-agent') throw new HubError('not_found', 'There is no such agent');
      if (outcome === 'last-administrator') throw new HubError('conflict', 'The last administrator has to stay one');
      // There may be room for more now.
      serve(parts, id);
      return agentOf(parts, id);
    },
  }),
];

const presence = route({
  method: 'put',
  path: '/agents/:id/presence',
  summary: 'Come, go, or take a break; managers also for others',
  tag,
  access: 'agent',
  params: byAgentId,
  body: 'PresenceUpdate',
  answer: 'Agent',
  async handle({ parts, principal, params, body }) {
    const id = idOf(params.id, principal);
    if (id !== principal.agentId && !hasRole(principal, 'manager'))
      throw new HubError('forbidden', "Only a manager may change somebody else's presence");
    await refuseWithoutReason(parts, body);
    await changePresence(parts, id, body.state, body.reason ?? null, principal.agentId);
    return seenBy(principal, await agentOf(parts, id));
  },
});

export const agentRoutes = [...agentBasics, presence];
