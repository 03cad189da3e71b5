/** A mail server that speaks SMTP line by line (RFC 5321), and goes wrong where it is told to. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** Where in the dialogue: the greeting, a command, the body while it comes, and the answer to its end. */
export type SmtpStage = 'greeting' | 'EHLO' | 'MAIL' | 'RCPT' | 'DATA' | 'body' | 'end';
/**
 * A reply code; `hang`: no word more; `drop`: the line is cut. At the `end` the two come after the mail was taken, when nobody but the server
 * knows it. 421 is followed by the end of the line (RFC 5321, 3.8).
 */
export type SmtpFault = number | 'hang' | 'drop';
/** At the `end`: the mail is taken, and its sender is told so late; or is not told, and the line is cut once this has come to be. */
export type SmtpDelay = { readonly afterMs: number } | { readonly dropAfter: Promise<unknown> };

export interface TakenMail {
  /** MAIL FROM; empty for the null reverse-path. */
  readonly from: string;
  readonly to: string[];
  readonly text: string;
}

export interface MailServer extends AsyncDisposable {
  readonly url: string;
  /** Every mail that was taken, also when its sender was not told. */
  readonly taken: TakenMail[];
  /** Connections so far. */
  readonly calls: () => number;
  /** Goes wrong so the next time that the dialogue comes there; with `about` only at a command that has it. */
  failOnce(stage: SmtpStage, fault: SmtpFault | SmtpDelay, about?: string): void;
}

interface Plan {
  readonly stage: SmtpStage;
  readonly fault: SmtpFault | SmtpDelay;
  readonly about: string;
}

const replies: Readonly<Record<string, string>> = {
  EHLO: '250 here',
  HELO: '250 here',
  MAIL: '250 ok',
  RCPT: '250 ok',
  RSET: '250 ok',
};

export async function startMailServer(): Promise<MailServer> {
  const taken: TakenMail[] = [];
  const plans: Plan[] = [];
  const sockets = new Set<Socket>();
  let calls = 0;
  const faultAt = (stage: SmtpStage, line = ''): SmtpFault | SmtpDelay | undefined => {
    const index = plans.findIndex((plan) => plan.stage === stage && line.includes(plan.about));
    return index < 0 ? undefined : plans.splice(index, 1)[0]?.fault;
  };
  const server = createServer((socket) => {
    calls += 1;
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    converse(socket, faultAt, taken);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}?ignoreTLS=true`,
    taken,
    calls: () => calls,
    failOnce: (stage, fault, about = '') => void plans.push({ stage, fault, about }),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function converse(
  socket: Socket,
  faultAt: (stage: SmtpStage, line?: string) => SmtpFault | SmtpDelay | undefined,
  taken: TakenMail[],
): void {
  let from = '';
  let to: string[] = [];
  let body: string | null = null;
  let mute = false;
  /** What is to be answered, or what goes wrong instead. Whether all is well. */
  const answer = (stage: SmtpStage, line: string, words: string): boolean => {
    const fault = faultAt(stage, line);
    if (fault === undefined) return (socket.write(`${words}\r\n`), true);
    mute = true;
    if (fault === 'drop') socket.destroy();
    else if (typeof fault === 'number') {
      mute = fault === 421;
      socket[mute ? 'end' : 'write'](`${fault} no\r\n`);
    }
    return false;
  };
  const take = (text: string) => {
    const fault = faultAt('end');
    if (typeof fault !== 'number') taken.push({ from, to, text });
    mute = fault === 'hang';
    if (fault === 'drop') socket.destroy();
    else if (typeof fault === 'object' && 'dropAfter' in fault) void fault.dropAfter.then(() => socket.destroy());
    else if (typeof fault === 'object') setTimeout(() => socket.write('250 taken\r\n'), fault.afterMs);
    else if (fault !== 'hang') socket.write(fault === undefined ? '250 taken\r\n' : `${fault} no\r\n`);
    if (fault === 421) socket.end();
    to = [];
  };
  const command = (line: string) => {
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === 'QUIT') return void socket.end('221 bye\r\n');
    if (verb === 'DATA') {
      if (answer('DATA', line, '354 go on')) body = '';
      return undefined;
    }
    const well = verb in replies ? answer(verb as SmtpStage, line, replies[verb] ?? '') : !socket.write('502 no\r\n');
    if (well && verb === 'RCPT') to.push(/<([^>]*)>/.exec(line)?.[1] ?? '');
    if (verb === 'MAIL') [from, to] = [/<([^>]*)>/.exec(line)?.[1] ?? '', []];
    return undefined;
  };
  let pending = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    if (mute) return;
    if (body !== null && faultAt('body') === 'drop') return void socket.destroy();
    pending += chunk;
    for (let end = pending.indexOf('\r\n'); end >= 0 && !mute; end = pending.indexOf('\r\n')) {
      const line = pending.slice(0, end);
      pending = pending.slice(end + 2);
      if (body === null) command(line);
      else if (line === '.') {
        const text = body;
        body = null;
        take(text);
      } else body += `${line}\r\n`;
    }
  });
  answer('greeting', '', '220 here');
}
