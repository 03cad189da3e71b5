/** A process of its own that delivers mails over several SMTP connections, each the next as soon as one is taken. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { summarise } from '../samples.ts';
import type { Sample, Span } from '../samples.ts';
import { benchMails, onTheWire, smtpReply } from './mails.ts';

export interface Delivery {
  readonly port: number;
  readonly run: string;
  readonly count: number;
  readonly connections: number;
}
export interface Delivered {
  /** From MAIL FROM to the answer after the closing dot. */
  readonly accepted: Sample;
  /** Milliseconds since 1970 when the first mail began. */
  readonly began: number;
}

async function deliver({ port, run, count, connections }: Delivery): Promise<Delivered> {
  const waiting = (await benchMails(run, count)).map(({ from, raw }) => ({ from, data: onTheWire(raw) }));
  const spans: Span[] = [];
  const began = Date.now();
  const line = async () => {
    const socket = connect(port, '127.0.0.1').setNoDelay(true);
    await smtpReply(socket);
    socket.write('EHLO bench.example\r\n');
    await smtpReply(socket);
    for (let mail = waiting.pop(); mail; mail = waiting.pop()) {
      const start = performance.now();
      socket.write(`MAIL FROM:<${mail.from}>\r\nRCPT TO:<support@patchbay.test>\r\nDATA\r\n`);
      refuseRefusal(await smtpReply(socket, 3));
      socket.write(mail.data);
      refuseRefusal(await smtpReply(socket));
      spans.push([start, performance.now()]);
    }
    socket.end('QUIT\r\n');
    await once(socket, 'close');
  };
  await Promise.all(Array.from({ length: connections }, line));
  return { accepted: summarise(spans), began };
}

function refuseRefusal(replies: readonly string[]): void {
  const refused = replies.find((reply) => !/^[23]/.test(reply));
  if (refused) throw new Error(`The server answered ${refused}`);
}

process.on('message', (delivery: Delivery) => {
  deliver(delivery).then(
    (answer) => process.send?.({ answer }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.once('disconnect', () => process.exit());
