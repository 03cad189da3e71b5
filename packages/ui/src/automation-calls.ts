import {
  automationRule,
  automationRun,
  automationTried,
  automationVersion,
  page,
  tagList,
  ticket,
  webhookDelivery,
  webhookDeliveryDetail,
  webhookEndpoint,
  webhookEndpointWithSecret,
  webhookReplayed,
  type AutomationDefinition,
  type WebhookEndpointWrite,
} from '@patchbay/contracts';
import { nothing, type Send } from './http.ts';

type Cursor = string | null | undefined;
const rules = page(automationRule).pick({ items: true });
const endpoints = page(webhookEndpoint).pick({ items: true });

/** Tags, automation rules and outgoing webhooks. */
export function automationCalls(send: Send) {
  const rule = (id: string, what = '') => `/automation/rules/${id}${what}`;
  const endpoint = (id: string, what = '') => `/webhook-endpoints/${id}${what}`;
  return {
    changeTags: (ticketId: string, json: { add?: string[]; remove?: string[] }) =>
      send('PATCH', `/tickets/${ticketId}/tags`, ticket, { json }),
    tags: async (q: string, signal?: AbortSignal) =>
      (await send('GET', '/tags', tagList, { query: { q }, signal })).items,

    automationRules: async (signal?: AbortSignal) => (await send('GET', '/automation/rules', rules, { signal })).items,
    createRule: (json: AutomationDefinition & { enabled?: boolean; note?: string }) =>
      send('POST', '/automation/rules', automationRule, { json }),
    publishRule: (id: string, json: AutomationDefinition & { basedOn: number; note?: string }) =>
      send('PUT', rule(id), automationRule, { json }),
    switchRule: (id: string, enabled: boolean) => send('PATCH', rule(id), automationRule, { json: { enabled } }),
    removeRule: (id: string) => send('DELETE', rule(id), nothing),
    orderRules: (ids: string[]) => send('PUT', '/automation/order', rules, { json: { ids } }),
    ruleVersions: (id: string, cursor: Cursor, signal?: AbortSignal) =>
      send('GET', rule(id, '/versions'), page(automationVersion), { query: { cursor: cursor ?? undefined }, signal }),
    tryRule: (json: Omit<AutomationDefinition, 'name'> & { ruleId?: string | null }) =>
      send('POST', '/automation/try', automationTried, { json }),
    automationRuns: (filter: { ruleId?: string; state?: string }, cursor: Cursor, signal?: AbortSignal) =>
      send('GET', '/automation/runs', page(automationRun), {
        query: { ...filter, limit: 30, cursor: cursor ?? undefined },
        signal,
      }),

    webhookEndpoints: async (signal?: AbortSignal) =>
      (await send('GET', '/webhook-endpoints', endpoints, { signal })).items,
    createEndpoint: (json: WebhookEndpointWrite) =>
      send('POST', '/webhook-endpoints', webhookEndpointWithSecret, { json }),
    updateEndpoint: (id: string, json: WebhookEndpointWrite) => send('PUT', endpoint(id), webhookEndpoint, { json }),
    deleteEndpoint: (id: string) => send('DELETE', endpoint(id), nothing),
    rotateEndpointSecret: (id: string) => send('POST', endpoint(id, '/secret'), webhookEndpointWithSecret),
    testEndpoint: (id: string) => send('POST', endpoint(id, '/test'), webhookDelivery),
    webhookDeliveries: (id: string, filter: { state?: string }, cursor: Cursor, signal?: AbortSignal) =>
      send('GET', endpoint(id, '/deliveries'), page(webhookDelivery), {
        query: { ...filter, limit: 30, cursor: cursor ?? undefined },
        signal,
      }),
    webhookDelivery: (id: string, signal?: AbortSignal) =>
      send('GET', `/webhook-deliveries/${id}`, webhookDeliveryDetail, { signal }),
    replayDeliveries: (id: string, json: { ids?: string[]; failedSince?: string }) =>
      send('POST', endpoint(id, '/replay'), webhookReplayed, { json }),
  };
}
