import {
  page,
  routingRulesState,
  routingTried,
  routingVersion,
  type RoutingDraftWrite,
  type RoutingRule,
} from '@patchbay/contracts';
import { nothing, type Send } from './http.ts';

/** Routing rules: what holds, what is being prepared, and what it would do. */
export function routingRuleCalls(send: Send) {
  return {
    routingRules: (signal?: AbortSignal) => send('GET', '/routing-rules', routingRulesState, { signal }),
    keepRoutingDraft: (json: RoutingDraftWrite) => send('PUT', '/routing-rules/draft', routingRulesState, { json }),
    dropRoutingDraft: (revision: number) =>
      send('DELETE', '/routing-rules/draft', nothing, { query: { revision: String(revision) } }),
    publishRouting: (json: { revision: number; note: string }) =>
      send('POST', '/routing-rules/versions', routingRulesState, { json }),
    tryRouting: (rules: readonly RoutingRule[]) =>
      send('POST', '/routing-rules/try', routingTried, { json: { rules } }),
    routingVersions: (cursor: string | null, signal?: AbortSignal) =>
      send('GET', '/routing-rules/versions', page(routingVersion), { query: { cursor: cursor ?? undefined }, signal }),
  };
}
