import type { UploadedFile } from '@patchbay/contracts';
import { api } from '../query-client.ts';
import type { DraftKind, DraftStore } from './drafts.ts';
import { newKey } from './new-key.ts';

/** A file on its way to the hub. */
export interface Upload {
  key: string;
  /** Of what it is a part. */
  kind: DraftKind;
  name: string;
  size: number;
  /** Its media type, once the hub has said it. */
  type?: string;
  /** Null when it is not here: it is at the hub, or was lost on its way there. */
  file: File | null;
  state: 'uploading' | 'done' | 'failed';
  /** The hub's id once it is there. */
  id?: string;
  /** By which the text shows it as a picture. */
  contentId?: string;
  error?: unknown;
}

/** Most files that one message may carry. */
export const mostFiles = 20;
const picture = /^image\/(png|jpeg|gif|webp)$/;

/** A file of an answer that the hub has already. */
export const arrivedUpload = (
  { id, filename, size, contentType }: UploadedFile,
  contentId: string | undefined,
): Upload => ({
  key: newKey(),
  kind: 'public',
  name: filename,
  size,
  type: contentType,
  file: null,
  state: 'done',
  id,
  ...(contentId && { contentId }),
});

/** What of it outlasts the page: a file that has not arrived is lost, and its name says which. */
export const asKept = (upload: Upload): Upload => ({
  ...upload,
  file: null,
  state: upload.state === 'done' ? 'done' : 'failed',
  error: undefined,
});

/** The files of an answer or a note that is being written. They go on arriving while another ticket is on screen. */
export function uploadsOf({ get, change }: DraftStore, kind: DraftKind) {
  const set = (how: (all: readonly Upload[]) => Upload[]): void =>
    change((draft) => ({ ...draft, uploads: how(draft.uploads) }));
  const start = (upload: Upload): void => {
    const settle = (next: Partial<Upload>): void =>
      set((all) => all.map((one) => (one.key === upload.key ? { ...one, ...next } : one)));
    if (!upload.file) return;
    settle({ state: 'uploading' });
    api.upload(upload.file).then(
      ({ id, contentType }) => settle({ state: 'done', id, type: contentType }),
      (error: unknown) => settle({ state: 'failed', error }),
    );
  };
  const mine = (): Upload[] => get().uploads.filter((one) => one.kind === kind);
  const all = mine();
  return {
    all,
    /** With `inline` pictures get a Content-ID, so that the text can show them. Answers what was added: no more than there is room for. */
    add: (files: Iterable<File>, inline = false): Upload[] => {
      const added = [...files].slice(0, Math.max(0, mostFiles - mine().length)).map((file): Upload => ({
        key: newKey(),
        kind,
        name: file.name,
        size: file.size,
        file,
        state: 'uploading',
        ...(inline && picture.test(file.type) && { contentId: `${newKey().slice(0, 16)}@console` }),
      }));
      set((all) => [...all, ...added]);
      for (const upload of added) start(upload);
      return added;
    },
    remove: (key: string) => set((all) => all.filter((one) => one.key !== key)),
    retry: start,
    /** Whether every file has arrived. */
    ready: all.every((one) => one.state === 'done'),
  };
}
