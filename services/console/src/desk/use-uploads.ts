import { useCallback, useRef, useState } from 'react';
import { api } from '../query-client.ts';

/** A file on its way to the hub. */
export interface Upload {
  key: number;
  file: File;
  state: 'uploading' | 'done' | 'failed';
  /** The hub's id once it is there. */
  id?: string;
  error?: unknown;
}

/** Most files that one message may carry. */
const MOST = 20;

export function useUploads() {
  const [uploads, setUploads] = useState<Upload[]>([]);
  const next = useRef(0);

  const start = useCallback((upload: Upload) => {
    const settle = (change: Partial<Upload>): void =>
      setUploads((all) => all.map((one) => (one.key === upload.key ? { ...one, ...change } : one)));
    settle({ state: 'uploading' });
    api.upload(upload.file).then(
      ({ id }) => settle({ state: 'done', id }),
      (error: unknown) => settle({ state: 'failed', error }),
    );
  }, []);

  const add = useCallback(
    (files: Iterable<File>) => {
      const added = [...files]
        .slice(0, MOST)
        .map((file): Upload => ({ key: (next.current += 1), file, state: 'uploading' }));
      setUploads((all) => [...all, ...added].slice(0, MOST));
      for (const upload of added) start(upload);
    },
    [start],
  );
  const remove = useCallback((key: number) => setUploads((all) => all.filter((one) => one.key !== key)), []);
  const clear = useCallback(() => setUploads([]), []);
  return { uploads, add, remove, retry: start, clear, ready: uploads.every((one) => one.state === 'done') };
}
