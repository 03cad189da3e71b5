/** A name server on loopback, in a thread of its own: it answers also while the loop of a test stands still. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** Answers with TXT records, or none of that name, and says nothing of names in `slow.example`. Each question is told of before its answer leaves. */
const program = String.raw`
const { parentPort, workerData: { zone, answerMs } } = require('node:worker_threads');
const socket = require('node:dgram').createSocket('udp4');
socket.on('message', (query, { port, address }) => {
  const labels = [];
  let at = 12;
  for (; query[at] > 0; at += query[at] + 1) labels.push(query.toString('latin1', at + 1, at + 1 + query[at]));
  const name = labels.join('.').toLowerCase();
  parentPort.postMessage(name);
  if (name.endsWith('slow.example')) return;
  const text = zone['TXT ' + name];
  const parts = (text ?? '').match(/.{1,255}/g) ?? [];
  const data = Buffer.concat(parts.map((part) => Buffer.from(String.fromCharCode(part.length) + part, 'latin1')));
  const head = Buffer.from(query.subarray(0, 12));
  const found = text !== undefined && query.readUInt16BE(at + 1) === 16;
  // QR, RD and RA (RFC 1035 §4.1.1); NXDOMAIN where there is no such name.
  head.writeUInt16BE(found || name === '' ? 0x8180 : 0x8183, 2);
  head.writeUInt16BE(found ? 1 : 0, 6);
  head.writeUInt32BE(0, 8);
  const record = Buffer.from([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, data.length >> 8, data.length & 255]);
  const answer = Buffer.concat([head, query.subarray(12, at + 5), ...(found ? [record, data] : [])]);
  setTimeout(() => socket.send(answer, port, address), answerMs);
});
socket.bind(0, '127.0.0.1', () => parentPort.postMessage(socket.address().port));
`;

/** @param answerMs milliseconds after which an answer leaves */
export async function startNameServer(zone: Record<string, string>, answerMs: number) {
  const worker = new Worker(program, { eval: true, workerData: { zone, answerMs } });
  const [port] = (await once(worker, 'message')) as [number];
  return {
    address: `127.0.0.1:${port}`,
    /** Calls once with the first question that is asked from now on of which that holds. */
    onQuestion(isMeant: (name: string) => boolean, call: () => void) {
      const told = (name: string) => {
        if (!isMeant(name)) return;
        worker.off('message', told);
        call();
      };
      worker.on('message', told);
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}
