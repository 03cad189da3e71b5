import {
  auditCheck,
  auditEntry,
  consentRecord,
  erasurePreview,
  exportLink,
  hubEvent,
  legalHold,
  page,
  privacyRequest,
  privacySettings,
  retentionPreview,
  revealed,
  type AuditFilter,
  type ConsentRecord,
  type ConsentRecordDraft,
  type LegalHold,
  type PrivacyRequestKind,
  type PrivacySettings,
  type RetentionPeriods,
  type SettingChangeFilter,
} from '@patchbay/contracts';
import { nothing, type Send } from './http.ts';

const consents = page(consentRecord).pick({ items: true });
const holds = page(legalHold).pick({ items: true });

/** What the console asks about privacy. */
export function privacyCalls(send: Send) {
  const of = (id: string) => `/customers/${id}`;
  const request = (id: string) => `/privacy/requests/${id}`;
  return {
    privacyRequests: (cursor: string | null | undefined, signal?: AbortSignal) =>
      send('GET', '/privacy/requests', page(privacyRequest), { query: { cursor: cursor ?? undefined }, signal }),
    askPrivacy: (customerId: string, kind: PrivacyRequestKind, reason: string) =>
      send('POST', `${of(customerId)}/privacy-requests`, privacyRequest, { json: { kind, reason } }),
    confirmPrivacy: (id: string) => send('POST', `${request(id)}/confirm`, privacyRequest),
    cancelPrivacy: (id: string, reason: string) =>
      send('POST', `${request(id)}/cancel`, privacyRequest, { json: { reason } }),
    linkExport: (id: string) => send('POST', `${request(id)}/link`, exportLink),
    erasurePreview: (customerId: string, signal?: AbortSignal) =>
      send('GET', `${of(customerId)}/erasure-preview`, erasurePreview, { signal }),
    legalHolds: async (customerId: string, signal?: AbortSignal): Promise<LegalHold[]> =>
      (await send('GET', `${of(customerId)}/legal-holds`, holds, { signal })).items,
    placeHold: (customerId: string, reason: string) =>
      send('PUT', `${of(customerId)}/legal-hold`, nothing, { json: { reason } }),
    releaseHold: (customerId: string, reason: string) =>
      send('POST', `${of(customerId)}/legal-hold/release`, nothing, { json: { reason } }),
    reveal: (customerId: string, field: string, reason: string) =>
      send('POST', `${of(customerId)}/reveal`, revealed, { json: { field, reason } }),
    consentRecords: async (customerId: string, signal?: AbortSignal): Promise<ConsentRecord[]> =>
      (await send('GET', `${of(customerId)}/consents`, consents, { signal })).items,
    recordConsent: (customerId: string, json: ConsentRecordDraft) =>
      send('POST', `${of(customerId)}/consents`, nothing, { json }),
    privacySettings: (signal?: AbortSignal) => send('GET', '/settings/privacy', privacySettings, { signal }),
    savePrivacySettings: (json: PrivacySettings) => send('PUT', '/settings/privacy', privacySettings, { json }),
    retentionPreview: (json: RetentionPeriods) => send('POST', '/settings/privacy/preview', retentionPreview, { json }),
    audit: (filter: AuditFilter, cursor: string | null | undefined, signal?: AbortSignal) =>
      send('GET', '/audit', page(auditEntry), { query: { ...filter, cursor: cursor ?? undefined }, signal }),
    settingChanges: (filter: SettingChangeFilter, cursor: string | null | undefined, signal?: AbortSignal) =>
      send('GET', '/settings/changes', page(hubEvent), { query: { ...filter, cursor: cursor ?? undefined }, signal }),
    auditCheck: (signal?: AbortSignal) => send('GET', '/audit/check', auditCheck, { signal }),
  };
}

/** Where the trail can be downloaded with these filters. */
export const auditCsvUrl = (filter: AuditFilter): string =>
  `/api/v1/audit.csv?${new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== undefined && value !== '') as [string, string][])}`;
