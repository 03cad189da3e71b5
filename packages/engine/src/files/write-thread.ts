/** The thread that `writer.ts` starts. It loads nothing but Node's own modules, so that it is small. */
import { parentPort } from 'node:worker_threads';
import { writeDurably } from './durable.ts';
import type { Order, Written } from './writer.ts';

parentPort?.on('message', ({ id, beside, place, bytes }: Order) => {
  const answer = (failure?: Written['failure']) => parentPort?.postMessage({ id, ...(failure && { failure }) });
  writeDurably(beside, place, bytes).then(
    () => answer(),
    (error: NodeJS.ErrnoException) => answer({ message: error.message, code: error.code }),
  );
});
