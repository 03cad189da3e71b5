/** Who is it, as the console asks the hub. */
import {
  codeAnswer,
  customer,
  customerIdentifier,
  identityCode,
  identitySettings,
  mergeEntry,
  mergeUndo,
  page,
  proofOutcome,
  suggestion,
  suggestionBulkAnswer,
  suggestionSummary,
  visitorSite,
  visitorSiteKeyCreated,
  type CustomerIdentifier,
  type IdentifierKind,
  type IdentitySettings,
  type SiteAlgorithm,
  type VisitorSite,
} from '@patchbay/contracts';
import { nothing, type Send } from './http.ts';

type Cursor = string | null | undefined;
const identifiers = page(customerIdentifier).pick({ items: true });
const customers = page(customer).pick({ items: true });
const codes = page(identityCode).pick({ items: true });
const sites = page(visitorSite).pick({ items: true });

export interface IdentifierShareDraft {
  shared: boolean;
  organisation?: string | null;
  reason: string;
  keepCustomerId?: string;
}
export interface SplitDraft {
  toCustomerId?: string;
  displayName?: string;
  reason: string;
}

export function identityCalls(send: Send) {
  const at = (customerId: string, identifierId: string) => `/customers/${customerId}/identifiers/${identifierId}`;
  return {
    identifiers: async (customerId: string, signal?: AbortSignal): Promise<CustomerIdentifier[]> =>
      (await send('GET', `/customers/${customerId}/identifiers`, identifiers, { signal })).items,
    addIdentifier: (customerId: string, json: { kind: IdentifierKind; value: string }) =>
      send('POST', `/customers/${customerId}/identifiers`, nothing, { json }),
    checkIdentifier: (customerId: string, id: string, reason: string) =>
      send('POST', `${at(customerId, id)}/check`, proofOutcome, { json: { reason } }),
    shareIdentifier: (customerId: string, id: string, json: IdentifierShareDraft) =>
      send('PUT', `${at(customerId, id)}/shared`, nothing, { json }),
    splitIdentifier: (customerId: string, id: string, json: SplitDraft) =>
      send('POST', `${at(customerId, id)}/split`, mergeEntry, { json }),
    holders: async (kind: IdentifierKind, value: string, signal?: AbortSignal) =>
      (await send('GET', '/identifiers/holders', customers, { query: { kind, value }, signal })).items,
    openCodes: async (customerId: string, signal?: AbortSignal) =>
      (await send('GET', `/customers/${customerId}/codes`, codes, { signal })).items,
    sendCode: (customerId: string, id: string, ticketId: string) =>
      send('POST', `${at(customerId, id)}/code`, identityCode, { json: { ticketId } }),
    confirmCode: (id: string, code: string) => send('POST', `/codes/${id}/confirm`, codeAnswer, { json: { code } }),
    ledger: (customerId: string, cursor: Cursor, signal?: AbortSignal) =>
      send('GET', `/customers/${customerId}/merges`, page(mergeEntry), {
        query: { cursor: cursor ?? undefined },
        signal,
      }),
    mergeUndo: (id: string, signal?: AbortSignal) => send('GET', `/merges/${id}`, mergeUndo, { signal }),
    suggestionList: (cursor: Cursor, signal?: AbortSignal) =>
      send('GET', '/suggestions', page(suggestion), { query: { limit: 50, cursor: cursor ?? undefined }, signal }),
    suggestionSummary: (signal?: AbortSignal) => send('GET', '/suggestions/summary', suggestionSummary, { signal }),
    acceptSuggestion: (id: string, keepId: string) =>
      send('POST', `/suggestions/${id}/accept`, nothing, { json: { keepId } }),
    rejectSuggestion: (id: string) => send('POST', `/suggestions/${id}/reject`, nothing),
    acceptCertain: () => send('POST', '/suggestions/accept', suggestionBulkAnswer, { json: {} }),
    identitySettings: (signal?: AbortSignal) => send('GET', '/identity-settings', identitySettings, { signal }),
    setIdentitySettings: (json: IdentitySettings) => send('PUT', '/identity-settings', identitySettings, { json }),
    visitorSites: async (signal?: AbortSignal): Promise<VisitorSite[]> =>
      (await send('GET', '/visitor-sites', sites, { signal })).items,
    addVisitorSite: (json: { name: string; audience: string }) => send('POST', '/visitor-sites', nothing, { json }),
    updateVisitorSite: (id: string, json: { name: string; enabled: boolean }) =>
      send('PUT', `/visitor-sites/${id}`, nothing, { json }),
    addSiteKey: (id: string, json: { algorithm: SiteAlgorithm; publicKey?: string; overlapHours: number }) =>
      send('POST', `/visitor-sites/${id}/keys`, visitorSiteKeyCreated, { json }),
    retireSiteKey: (id: string, keyId: string) => send('DELETE', `/visitor-sites/${id}/keys/${keyId}`, nothing),
  };
}
