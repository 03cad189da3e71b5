/** The line between a hub and a mail server. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** Milliseconds from one byte to the next on a line that drips. */
const dripEvery = 200;

/**
 * Carries connections to a port, and can stop carrying those that there are, without closing them. `said`: what is carried of what the
 * server says; null cuts the line, undefined has it fall silent.
 */
export async function startWire(port: number, said: (chunk: string) => string | null | undefined = (chunk) => chunk) {
  const pairs = new Set<[Socket, Socket]>();
  const drips = new Map<Socket, NodeJS.Timeout>();
  let budget = Infinity;
  let mark: string | undefined;
  let holdFrom: { pattern: RegExp; holds: () => void } | undefined;
  let letGo: (() => void) | undefined;
  const drip = (near: Socket, far: Socket, rest: string) => {
    far.pause();
    let at = 0;
    const timer = setInterval(() => near.write(rest[at++ % rest.length] ?? '', 'latin1'), dripEvery);
    drips.set(near, timer);
    near.on('close', () => {
      clearInterval(timer);
      drips.delete(near);
    });
  };
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    for (const socket of pair) socket.on('error', () => undefined);
    near.on('close', () => far.destroy());
    near.pipe(far);
    far.on('data', (chunk: Buffer) => {
      budget -= chunk.length;
      const carried = said(chunk.toString('latin1'));
      if (carried === null) return void near.destroy();
      if (carried === undefined) return void far.pause();
      if (holdFrom?.pattern.test(carried)) {
        far.pause();
        letGo = () => {
          near.write(carried, 'latin1');
          far.resume();
        };
        holdFrom.holds();
        holdFrom = undefined;
        return;
      }
      if (mark !== undefined && carried.includes(mark)) {
        near.write(carried.slice(0, carried.length / 2), 'latin1');
        return drip(near, far, carried.slice(carried.length / 2));
      }
      if (budget > 0) return void near.write(carried, 'latin1');
      near.unpipe(far);
      far.pause();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    /** After so many bytes from the server nothing is carried any more. */
    stallAfter(bytes: number) {
      budget = bytes;
    },
    /** Once the server says something like this the line carries nothing of it, nor what follows, until it is let go; comes back when it holds. */
    holdFrom(pattern: RegExp): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      holdFrom = { pattern, holds: resolve };
      return promise;
    },
    letGo: () => letGo?.(),
    /** Where the server has said this the line carries a byte now and then. */
    dripFrom(text: string) {
      mark = text;
    },
    /** How many lines drip now. */
    dripping: () => drips.size,
    /** For connections made from now on. */
    mend() {
      budget = Infinity;
      mark = undefined;
    },
    async [Symbol.asyncDispose]() {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
