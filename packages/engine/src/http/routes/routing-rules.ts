import { HubError, pageQuery, type RoutingRulesState } from '@patchbay/contracts';
import { chooseRule, troubleOf } from '@patchbay/domain';
import {
  deleteRoutingDraft,
  listRoutingVersions,
  newestRouting,
  publishRouting,
  readRoutingDraft,
  writeRoutingDraft,
} from '@patchbay/store/queries/routing-rules';
import { z } from 'zod';
import type { Parts } from '../../parts.ts';
import { createLookups } from '../../routing-rules/lookups.ts';
import { tryRouting } from '../../routing-rules/try.ts';
import { changeSetting, type Setting } from '../../setting-changes.ts';
import { countKey, pageOf, sliceOf } from '../cursor.ts';
import { route } from '../route.ts';

const tag = 'Routing rules';
const overtaken = () => new HubError('conflict', 'The draft was changed or published meanwhile; look at it first');

const rulesSetting: Setting = {
  setting: 'routing-rules',
  key: null,
  async read(tx) {
    const { version, rules, note } = await newestRouting(tx);
    return version === 0 ? null : { version, rules, note };
  },
};

async function stateOf(parts: Parts): Promise<RoutingRulesState> {
  const { sql } = parts.db;
  const [published, draft] = [await newestRouting(sql), await readRoutingDraft(sql)];
  const targets = await createLookups(sql, parts.db, () => []).targets(published.rules);
  const troubles = published.rules.flatMap((rule) => {
    const { id, name } = rule;
    // A rule that cannot be evaluated fails for any contact.
    const [failed] = chooseRule([rule], {}, targets).passed;
    const why = failed?.why === 'failed' ? failed.why : rule.enabled ? troubleOf(rule, targets) : null;
    return why === null ? [] : [{ ruleId: String(id), name: String(name), why }];
  });
  return { published, draft, troubles };
}

export const routingRuleRoutes = [
  route({
    method: 'get',
    path: '/routing-rules',
    summary: 'The rules that hold, the draft of the next version, and rules that do nothing as things are',
    tag,
    access: 'manager',
    answer: 'RoutingRulesState',
    handle: ({ parts }) => stateOf(parts),
  }),
  route({
    method: 'get',
    path: '/routing-rules/versions',
    summary: 'Published versions, newest first',
    tag,
    access: 'manager',
    query: pageQuery,
    answer: 'RoutingVersionPage',
    handle: async ({ parts, query }) => pageOf(await listRoutingVersions(parts.db.sql, sliceOf(countKey, query))),
  }),
  route({
    method: 'put',
    path: '/routing-rules/draft',
    summary: 'Keep the draft of the next version; it routes nothing',
    tag,
    access: 'manager',
    body: 'RoutingDraftWrite',
    answer: 'RoutingRulesState',
    async handle({ parts, principal, body }) {
      if (!(await writeRoutingDraft(parts.db.sql, { ...body, agentId: principal.agentId }))) throw overtaken();
      return stateOf(parts);
    },
  }),
  route({
    method: 'delete',
    path: '/routing-rules/draft',
    summary: 'Throw the draft away',
    tag,
    access: 'manager',
    query: z.object({ revision: z.coerce.number().int().min(1) }),
    async handle({ parts, query }) {
      if (!(await deleteRoutingDraft(parts.db.sql, query.revision))) throw overtaken();
    },
  }),
  route({
    method: 'post',
    path: '/routing-rules/versions',
    summary: 'Publish the draft as the next version; contacts that come from now on are routed by it',
    tag,
    access: 'manager',
    body: 'RoutingPublish',
    answer: 'RoutingRulesState',
    status: 201,
    creates: true,
    async handle(call) {
      const { parts, principal, body } = call;
      await changeSetting(call, rulesSetting, async (tx) => {
        if ((await publishRouting(tx, { ...body, agentId: principal.agentId })) === null) throw overtaken();
      });
      return stateOf(parts);
    },
  }),
  route({
    method: 'post',
    path: '/routing-rules/try',
    summary: 'Try rules on the contacts of the last seven days; nothing is written',
    tag,
    access: 'manager',
    body: 'RoutingTry',
    answer: 'RoutingTried',
    handle: ({ parts, body }) => tryRouting(parts, body.rules),
  }),
];
