import {
  automationDefinition,
  automationRunQuery,
  HubError,
  pageQuery,
  type AutomationRule,
} from '@patchbay/contracts';
import type { Queryable } from '@patchbay/store';
import {
  insertRule,
  listRules,
  listRuleVersions,
  mostRules,
  orderRules,
  publishRule,
  readRule,
  removeRule,
  switchRule,
} from '@patchbay/store/queries/automation';
import { listAutomationRuns } from '@patchbay/store/queries/automation-runs';
import { nextId } from '@patchbay/store/queries/setting-changes';
import { tryRule } from '../../automation/try.ts';
import type { Parts } from '../../parts.ts';
import { changeSetting, type Setting } from '../../setting-changes.ts';
import { countKey, idKey, pageOf, sliceOf } from '../cursor.ts';
import { route } from '../route.ts';
import { byId } from './tickets.ts';

const tag = 'Automation';
const notThere = () => new HubError('not_found', 'There is no such rule');

async function ruleOf(parts: Parts, id: string): Promise<AutomationRule> {
  const rule = await readRule(parts.db.sql, id);
  if (!rule) throw notThere();
  return rule;
}

/** As events tell of it; its place is told of with the order. */
async function recordedRule(sql: Queryable, id: string) {
  const rule = await readRule(sql, id);
  if (!rule) return null;
  const { name, events, condition, actions, enabled, version } = rule;
  return { name, events, condition, actions, enabled, version };
}

const ruleSetting = (key: string): Setting => ({ setting: 'automation', key, read: (tx) => recordedRule(tx, key) });
const orderSetting: Setting = {
  setting: 'automation',
  key: null,
  read: async (tx) => ({ order: (await listRules(tx)).map(({ id }) => id) }),
};

const ruleRoutes = [
  route({
    method: 'get',
    path: '/automation/rules',
    summary: 'Rules in the order in which they act',
    tag,
    access: 'manager',
    answer: 'AutomationRulePage',
    handle: async ({ parts }) => ({ items: await listRules(parts.db.sql), nextCursor: null }),
  }),
  route({
    method: 'post',
    path: '/automation/rules',
    summary: 'Add a rule; it acts after the others',
    tag,
    access: 'manager',
    body: 'AutomationRuleCreate',
    answer: 'AutomationRule',
    status: 201,
    creates: true,
    async handle(call) {
      const { parts, principal, body } = call;
      const { enabled, note } = body;
      const ruleId = await nextId(parts.db.sql);
      const definition = automationDefinition.parse(body);
      await changeSetting(call, ruleSetting(ruleId), async (tx) => {
        if (!(await insertRule(tx, { ruleId, definition, note, enabled, agentId: principal.agentId })))
          throw new HubError('conflict', `There are ${mostRules} rules already`);
      });
      return ruleOf(parts, ruleId);
    },
  }),
  route({
    method: 'put',
    path: '/automation/rules/:id',
    summary: 'Publish the next version of a rule; those before it stay as they were',
    tag,
    access: 'manager',
    params: byId,
    body: 'AutomationRulePublish',
    answer: 'AutomationRule',
    async handle(call) {
      const { parts, principal, params, body } = call;
      await ruleOf(parts, params.id);
      const definition = automationDefinition.parse(body);
      await changeSetting(call, ruleSetting(params.id), async (tx) => {
        const input = { ruleId: params.id, definition, note: body.note, agentId: principal.agentId };
        if ((await publishRule(tx, body.basedOn, input)) === null)
          throw new HubError('conflict', 'Another version was published meanwhile; look at it first');
      });
      return ruleOf(parts, params.id);
    },
  }),
  route({
    method: 'patch',
    path: '/automation/rules/:id',
    summary: 'Switch a rule on or off',
    tag,
    access: 'manager',
    params: byId,
    body: 'AutomationRuleSwitch',
    answer: 'AutomationRule',
    async handle(call) {
      const { parts, params, body } = call;
      const done = await changeSetting(call, ruleSetting(params.id), (tx) => switchRule(tx, params.id, body.enabled));
      if (!done) throw notThere();
      return ruleOf(parts, params.id);
    },
  }),
  route({
    method: 'delete',
    path: '/automation/rules/:id',
    summary: 'Take a rule away; the log of what it did stays',
    tag,
    access: 'manager',
    params: byId,
    async handle(call) {
      const { id } = call.params;
      if (!(await changeSetting(call, ruleSetting(id), (tx) => removeRule(tx, id)))) throw notThere();
    },
  }),
  route({
    method: 'get',
    path: '/automation/rules/:id/versions',
    summary: 'Published versions of a rule, newest first',
    tag,
    access: 'manager',
    params: byId,
    query: pageQuery,
    answer: 'AutomationVersionPage',
    handle: async ({ parts, params, query }) =>
      pageOf(await listRuleVersions(parts.db.sql, params.id, sliceOf(countKey, query))),
  }),
  route({
    method: 'put',
    path: '/automation/order',
    summary: 'Put the rules in order',
    tag,
    access: 'manager',
    body: 'AutomationOrder',
    answer: 'AutomationRulePage',
    async handle(call) {
      const { parts, body } = call;
      await changeSetting(call, orderSetting, (tx) => orderRules(tx, body.ids));
      return { items: await listRules(parts.db.sql), nextCursor: null };
    },
  }),
];

export const automationRoutes = [
  ...ruleRoutes,
  route({
    method: 'post',
    path: '/automation/try',
    summary: 'Try a rule on the events of the last seven days; nothing is written',
    tag,
    access: 'manager',
    body: 'AutomationTry',
    answer: 'AutomationTried',
    handle: ({ parts, body }) => tryRule(parts, body),
  }),
  route({
    method: 'get',
    path: '/automation/runs',
    summary: 'What rules did, newest first; kept for 30 days',
    tag,
    access: 'manager',
    query: automationRunQuery,
    answer: 'AutomationRunPage',
    handle: async ({ parts, query }) => pageOf(await listAutomationRuns(parts.db.sql, query, sliceOf(idKey, query))),
  }),
];
