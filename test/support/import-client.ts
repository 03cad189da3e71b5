/** Imports as a program hands them in. */
import type { DataImport, ImportSettingsDraft } from '@patchbay/contracts';
import { expect } from 'vitest';
import { eventually, type ApiClient } from './client.ts';

export function importClient(api: ApiClient) {
  const read = async (id: string): Promise<DataImport> => (await api('GET', `/api/v1/imports/${id}`)).body;
  const move = (id: string, step: 'check' | 'start' | 'pause' | 'cancel') =>
    api('POST', `/api/v1/imports/${id}/${step}`);
  const until = (id: string, ...states: string[]) =>
    eventually(
      () => read(id),
      ({ state }) => states.includes(state),
      60_000,
    );
  return {
    read,
    move,
    until,
    /** Hands in a file; its columns are not yet said. */
    async upload(
      kind: 'customers' | 'purchases',
      bytes: string | Uint8Array,
      filename = 'rows.csv',
    ): Promise<DataImport> {
      const made = await api('POST', '/api/v1/imports', { kind, filename });
      expect(made.status).toBe(201);
      const file = await api('PUT', `/api/v1/imports/${made.body.id}/file`, Buffer.from(bytes));
      expect([file.status, file.body.code]).toEqual([200, undefined]);
      return file.body;
    },
    /** Says what the columns are and runs the dry run to its end. */
    async check(id: string, settings: ImportSettingsDraft): Promise<DataImport> {
      const set = await api('PUT', `/api/v1/imports/${id}/settings`, settings);
      expect([set.status, set.body.detail]).toEqual([200, undefined]);
      expect((await move(id, 'check')).status).toBe(200);
      return until(id, 'ready', 'failed');
    },
    async run(id: string): Promise<DataImport> {
      expect((await move(id, 'start')).status).toBe(200);
      return until(id, 'done', 'failed');
    },
  };
}
