import {
  customField,
  customerFile,
  customerFileFigures,
  customerSummary,
  dataImport,
  fieldEntry,
  importMapping,
  importReject,
  organisation,
  page,
  purchase,
  reviewSettings,
  task,
  timelineItem,
  type CustomerFilter,
  type CustomField,
  type CustomFieldCreate,
  type CustomFieldUpdate,
  type FieldChanges,
  type FormLanguage,
  type ImportKind,
  type ImportMapping,
  type ImportSettingsDraft,
  type RelationKind,
  type ReviewKind,
  type ReviewSettings,
  type TaskCreate,
  type TaskKind,
} from '@patchbay/contracts';
import { nothing, type Send } from './http.ts';

type Cursor = string | null | undefined;
export type TaskView = 'mine' | 'team' | 'overdue';
const customFields = page(customField).pick({ items: true });
const mappings = page(importMapping).pick({ items: true });

/** Where a customer list or purchases leave the hub as CSV, and the rejected rows of an import. */
export const exportUrl = (
  what: 'customer-files' | 'purchases',
  filter: Readonly<Record<string, string | undefined>>,
) => {
  const search = new URLSearchParams(Object.entries(filter).flatMap(([name, value]) => (value ? [[name, value]] : [])));
  return `/api/v1/${what}/export?${search.toString()}`;
};
export const rejectsUrl = (importId: string, language: FormLanguage): string =>
  `/api/v1/imports/${importId}/rejects.csv?language=${language}`;

export function customerFileCalls(send: Send) {
  const of = (id: string) => `/customers/${id}`;
  const paged = (cursor: Cursor, limit = 50) => ({ cursor: cursor ?? undefined, limit });
  return {
    customerFiles: (filter: CustomerFilter, cursor?: Cursor, signal?: AbortSignal) =>
      send('GET', '/customer-files', page(customerSummary), { query: { ...filter, ...paged(cursor) }, signal }),
    customerFileFigures: (signal?: AbortSignal) =>
      send('GET', '/customer-files/figures', customerFileFigures, { signal }),
    customerFile: (id: string, signal?: AbortSignal) => send('GET', `${of(id)}/file`, customerFile, { signal }),
    changeFields: (id: string, json: FieldChanges) => send('PATCH', `${of(id)}/fields`, customerFile, { json }),
    fieldHistory: (id: string, key: string, cursor?: Cursor, signal?: AbortSignal) =>
      send('GET', `${of(id)}/fields/${key}/history`, page(fieldEntry), { query: paged(cursor), signal }),
    timeline: (id: string, cursor?: Cursor, signal?: AbortSignal) =>
      send('GET', `${of(id)}/timeline`, page(timelineItem), { query: paged(cursor, 30), signal }),
    purchases: (customerId: string, cursor?: Cursor, signal?: AbortSignal) =>
      send('GET', '/purchases', page(purchase), { query: { customerId, ...paged(cursor, 20) }, signal }),
    reviewed: (id: string, kind: ReviewKind) => send('POST', `${of(id)}/reviews`, customerFile, { json: { kind } }),
    reviewSettings: (signal?: AbortSignal) => send('GET', '/settings/customer-reviews', reviewSettings, { signal }),
    setReviewSettings: (json: ReviewSettings) => send('PUT', '/settings/customer-reviews', reviewSettings, { json }),
    organisations: (q: string, signal?: AbortSignal) =>
      send('GET', '/organisations', page(organisation), { query: { q, limit: 20 }, signal }),
    createOrganisation: (name: string) => send('POST', '/organisations', organisation, { json: { name } }),
    joinOrganisation: (id: string, organisationId: string, role: string) =>
      send('PUT', `${of(id)}/organisations/${organisationId}`, customerFile, { json: { role } }),
    leaveOrganisation: (id: string, organisationId: string) =>
      send('DELETE', `${of(id)}/organisations/${organisationId}`, nothing),
    relate: (id: string, json: { otherId: string; kind: RelationKind; note?: string }) =>
      send('POST', `${of(id)}/relations`, customerFile, { json }),
    unrelate: (id: string, relationId: string) => send('DELETE', `${of(id)}/relations/${relationId}`, nothing),
    ...taskCalls(send),
    ...settingCalls(send),
    ...importCalls(send),
  };
}

function taskCalls(send: Send) {
  return {
    tasks: (view: TaskView, kind?: TaskKind, cursor?: Cursor, signal?: AbortSignal) =>
      send('GET', '/tasks', page(task), { query: { view, kind, cursor: cursor ?? undefined }, signal }),
    createTask: (json: TaskCreate) => send('POST', '/tasks', task, { json }),
    updateTask: (id: string, json: { assigneeId?: string | null; dueAt?: string }) =>
      send('PATCH', `/tasks/${id}`, task, { json }),
    finishTask: (id: string) => send('POST', `/tasks/${id}/done`, task, { json: {} }),
    skipTask: (id: string, reason: string) => send('POST', `/tasks/${id}/skip`, task, { json: { reason } }),
  };
}

function settingCalls(send: Send) {
  return {
    customFields: async (signal?: AbortSignal): Promise<CustomField[]> =>
      (await send('GET', '/custom-fields', customFields, { signal })).items,
    createCustomField: (json: CustomFieldCreate) => send('POST', '/custom-fields', customField, { json }),
    updateCustomField: (id: string, json: CustomFieldUpdate) =>
      send('PUT', `/custom-fields/${id}`, customField, { json }),
    deleteCustomField: (id: string) => send('DELETE', `/custom-fields/${id}`, nothing),
  };
}

function importCalls(send: Send) {
  const at = (id: string) => `/imports/${id}`;
  return {
    imports: (cursor?: Cursor, signal?: AbortSignal) =>
      send('GET', '/imports', page(dataImport), { query: { cursor: cursor ?? undefined }, signal }),
    import: (id: string, signal?: AbortSignal) => send('GET', at(id), dataImport, { signal }),
    createImport: (kind: ImportKind, filename: string) =>
      send('POST', '/imports', dataImport, { json: { kind, filename } }),
    uploadImport: (id: string, file: File) =>
      send('PUT', `${at(id)}/file`, dataImport, { raw: { body: file, contentType: 'text/csv' } }),
    setImportSettings: (id: string, json: ImportSettingsDraft) =>
      send('PUT', `${at(id)}/settings`, dataImport, { json }),
    moveImport: (id: string, step: 'check' | 'start' | 'pause' | 'cancel') =>
      send('POST', `${at(id)}/${step}`, dataImport),
    importRejects: (id: string, cursor?: Cursor, signal?: AbortSignal) =>
      send('GET', `${at(id)}/rejects`, page(importReject), { query: { cursor: cursor ?? undefined }, signal }),
    importMappings: async (signal?: AbortSignal): Promise<ImportMapping[]> =>
      (await send('GET', '/import-mappings', mappings, { signal })).items,
    keepMapping: (name: string, kind: ImportKind, settings: ImportSettingsDraft) =>
      send('PUT', `/import-mappings/${encodeURIComponent(name)}`, nothing, { json: { kind, settings } }),
  };
}
