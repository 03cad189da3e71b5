/**
 * Writes small files in a thread of its own. A file takes eight steps one after the other, and under load each of them waits its turn in the
 * hub's event loop behind whatever else is done there; in a loop that has nothing else to do they follow one another.
 */
import { Worker } from 'node:worker_threads';
import { writeDurably } from './durable.ts';

export interface Order {
  readonly id: number;
  readonly beside: string;
  readonly place: string;
  readonly bytes: Uint8Array;
}

export interface Written {
  readonly id: number;
  /** Written out, since an error loses its code between threads. */
  readonly failure?: { readonly message: string; readonly code?: string | undefined };
}

/** Bytes. Handing over copies, and the steps of a larger file are long against their waits. */
const largestHandedOver = 1024 * 1024;

/** Milliseconds without a file after which the thread ends. */
const idleMs = 10_000;

/** Starts the thread with the first file, and again when it has ended. It keeps no process alive that waits for no file. */
export function openWriter(
  script = new URL('./write-thread.ts', import.meta.url),
  restMs = idleMs,
): typeof writeDurably {
  const pending = new Map<number, PromiseWithResolvers<void>>();
  let thread: Worker | undefined;
  let orders = 0;
  let rest: NodeJS.Timeout | undefined;
  const end = () => {
    void thread?.terminate();
    thread = undefined;
  };
  const settle = (id: number, failure?: Written['failure']) => {
    if (failure) pending.get(id)?.reject(Object.assign(new Error(failure.message), { code: failure.code }));
    else pending.get(id)?.resolve();
    pending.delete(id);
    if (pending.size > 0) return;
    thread?.unref();
    rest = setTimeout(end, restMs).unref();
  };
  const start = () => {
    const started = new Worker(script, {
      name: 'file-writer',
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 32 },
    });
    const ended = (error: Error) => {
      if (thread !== started) return;
      thread = undefined;
      for (const id of pending.keys()) settle(id, error);
    };
    started.on('message', ({ id, failure }: Written) => settle(id, failure));
    started.once('error', ended);
    started.once('exit', (code) => ended(new Error(`The thread that writes files ended with ${code}`)));
    return started;
  };
  return (beside, place, bytes) => {
    if (bytes.byteLength > largestHandedOver) return writeDurably(beside, place, bytes);
    const done = Promise.withResolvers<void>();
    orders += 1;
    clearTimeout(rest);
    pending.set(orders, done);
    thread ??= start();
    thread.ref();
    // A copy of its own, since a view would take all of the buffer along that it looks at.
    const handed = Uint8Array.from(bytes);
    thread.postMessage({ id: orders, beside, place, bytes: handed } satisfies Order, [handed.buffer]);
    return done.promise;
  };
}
