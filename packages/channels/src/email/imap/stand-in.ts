/** A mail server on loopback that signs anybody in and opens any folder, for tests; to the rest it says what the test has it say. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { ImapFlow } from 'imapflow';

export interface StandIn extends AsyncDisposable {
  /** With INBOX open. */
  readonly client: ImapFlow;
  /** What was asked, without the tags. */
  readonly asked: string[];
}

/** What is said before a command's OK, or why it is refused (`NO`); null: nothing, and no OK either. */
export type Answer = (command: string, socket: Socket) => string | { readonly refused: string } | null;

const usual: [RegExp, string][] = [
  [/^LIST /, '* LIST (\\Noselect) "/" ""\r\n'],
  [/^(SELECT|EXAMINE) /, '* 3 EXISTS\r\n* OK [UIDVALIDITY 1] known\r\n* OK [UIDNEXT 4] next\r\n'],
];

export async function startStandIn(answer: Answer): Promise<StandIn> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.write('* OK [CAPABILITY IMAP4rev1] ready\r\n');
    let rest = '';
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString('latin1')).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const [tag = '', ...words] = line.split(' ');
        const command = words.join(' ');
        asked.push(command);
        const said = usual.find(([pattern]) => pattern.test(command))?.[1] ?? answer(command, socket);
        if (said === null) continue;
        socket.write(
          typeof said === 'string' ? `${said}${tag} OK done\r\n` : `${tag} NO ${said.refused}\r\n`,
          'latin1',
        );
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const auth = { user: 'box', pass: 'secret' };
  const client = new ImapFlow({ host: '127.0.0.1', port, secure: false, auth, logger: false, disableAutoIdle: true });
  client.on('error', () => undefined);
  await client.connect();
  await client.mailboxOpen('INBOX');
  return {
    client,
    asked,
    async [Symbol.asyncDispose]() {
      client.close();
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
