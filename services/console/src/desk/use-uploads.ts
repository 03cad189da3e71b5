import type { UploadedFile } from '@patchbay/contracts';
import { useCallback, useRef, useState } from 'react';
import { api } from '../query-client.ts';
import { newKey } from './new-key.ts';

/** A file on its way to the hub. */
export interface Upload {
  key: number;
  name: string;
  size: number;
  /** Null when it came to the hub from another device. */
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

export function useUploads() {
  const [uploads, setUploads] = useState<Upload[]>([]);
  const next = useRef(0);

  const start = useCallback((upload: Upload) => {
    const settle = (change: Partial<Upload>): void =>
      setUploads((all) => all.map((one) => (one.key === upload.key ? { ...one, ...change } : one)));
    if (!upload.file) return;
    settle({ state: 'uploading' });
    api.upload(upload.file).then(
      ({ id }) => settle({ state: 'done', id }),
      (error: unknown) => settle({ state: 'failed', error }),
    );
  }, []);

  /** With `inline` pictures get a Content-ID, so that the text can show them. Answers what was added. */
  const add = useCallback(
    (files: Iterable<File>, inline = false): Upload[] => {
      const added = [...files].slice(0, MOST).map((file): Upload => ({
        key: (next.current += 1),
        name: file.name,
        size: file.size,
        file,
        state: 'uploading',
        ...(inline && picture.test(file.type) && { contentId: `${newKey().slice(0, 16)}@console` }),
      }));
      setUploads((all) => [...all, ...added].slice(0, MOST));
      for (const upload of added) start(upload);
      return added;
    },
    [start],
  );
  const restore = useCallback((files: readonly UploadedFile[], contentIds: ReadonlyMap<string, string>) => {
    setUploads(
      files.map(({ id, filename, size }): Upload => {
        const contentId = contentIds.get(id);
        return {
          key: (next.current += 1),
          name: filename,
          size,
          file: null,
          state: 'done',
          id,
          ...(contentId && { contentId }),
        };
      }),
    );
  }, []);
  const remove = useCallback((key: number) => setUploads((all) => all.filter((one) => one.key !== key)), []);
  const clear = useCallback(() => setUploads([]), []);
  return { uploads, add, remove, retry: start, restore, clear, ready: uploads.every((one) => one.state === 'done') };
}
