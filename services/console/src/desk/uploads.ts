import type { UploadedFile } from '@patchbay/contracts';
import { api } from '../query-client.ts';
import type { DraftStore } from './drafts.ts';
import { newKey } from './new-key.ts';

/** A file on its way to the hub. */
export interface Upload {
  key: string;
  name: string;
  size: number;
  /** Null when it is at the hub, and not here. */
  file: File | null;
  state: 'uploading' | 'done' | 'failed';
  /** The hub's id once it is there. */
  id?: string;
  /** By which the text shows it as a picture. */
  contentId?: string;
  error?: unknown;
}

/** Most files that one message may carry. */
const MOST = 20;
const picture = /^image\/(png|jpeg|gif|webp)$/;

/** A file that the hub has already. */
export const arrivedUpload = ({ id, filename, size }: UploadedFile, contentId: string | undefined): Upload => ({
  key: newKey(),
  name: filename,
  size,
  file: null,
  state: 'done',
  id,
  ...(contentId && { contentId }),
});

/** The files of a draft. They go on arriving while another ticket is on screen. */
export function uploadsOf({ get, change }: DraftStore) {
  const set = (how: (all: readonly Upload[]) => Upload[]): void =>
    change((draft) => ({ ...draft, uploads: how(draft.uploads) }));
  const start = (upload: Upload): void => {
    const settle = (next: Partial<Upload>): void =>
      set((all) => all.map((one) => (one.key === upload.key ? { ...one, ...next } : one)));
    if (!upload.file) return;
    settle({ state: 'uploading' });
    api.upload(upload.file).then(
      ({ id }) => settle({ state: 'done', id }),
      (error: unknown) => settle({ state: 'failed', error }),
    );
  };
  return {
    /** With `inline` pictures get a Content-ID, so that the text can show them. Answers what was added. */
    add: (files: Iterable<File>, inline = false): Upload[] => {
      const added = [...files].slice(0, MOST).map((file): Upload => ({
        key: newKey(),
        name: file.name,
        size: file.size,
        file,
        state: 'uploading',
        ...(inline && picture.test(file.type) && { contentId: `${newKey().slice(0, 16)}@console` }),
      }));
      set((all) => [...all, ...added].slice(0, MOST));
      for (const upload of added) start(upload);
      return added;
    },
    remove: (key: string) => set((all) => all.filter((one) => one.key !== key)),
    retry: start,
    /** Whether every file has arrived. */
    ready: get().uploads.every((one) => one.state === 'done'),
  };
}
