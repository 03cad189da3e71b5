/** A centre that has mail of customers and answers it, and a server of the world that takes some of what it sends. */
import { randomUUID } from 'node:crypto';
import { loadEnvironment } from '@patchbay/config';
import { createLog } from '@patchbay/engine/log';
import { openDesk } from './agent-desk.ts';
import type { Backend } from './backends.ts';
import { apiKey, startHub } from './hub.ts';
import { mailProgram, startMailSink } from './mail.ts';
import type { SentMail } from './mail.ts';
import { shared } from './shared.ts';
import { ticketClient } from './ticket-client.ts';

export const newId = () => `<${randomUUID()}@example.org>`;
export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

async function startMailCentre(backend: Backend) {
  await using stack = new AsyncDisposableStack();
  const asked: string[] = [];
  const sink = stack.use(
    await startMailSink((address) => {
      asked.push(address);
      if (address.startsWith('unknown')) return 550;
      if (address.startsWith('slow')) return 451;
      // Put off once, as a greylisting server does.
      return address.startsWith('later') && asked.filter((one) => one === address).length === 1 ? 451 : undefined;
    }),
  );
  let logged = '';
  const log = createLog(loadEnvironment({}), { write: (line) => void (logged += line) });
  const hub = stack.use(await startHub(backend, { env: { SMTP_URL: sink.url }, overrides: { log } }));
  const desk = stack.use(await openDesk(hub.url, apiKey));
  const owned = stack.move();
  return {
    sink,
    asked,
    logged: () => logged,
    ...hub,
    desk,
    ...ticketClient(hub.api, desk),
    write: mailProgram(hub.ground.smtpPort),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** One for all tests of a file's part, and what they ask of it over and over. */
export function mailCentre(backend: Backend) {
  const centre = shared(() => startMailCentre(backend));
  const ask = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
    const answer = await centre().api(method, `/api/v1${path}`, body, headers);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };

  async function firstContact(mail: object = {}) {
    const { write, received } = centre();
    const messageId = newId();
    const from = `${randomUUID().slice(0, 8)}@example.org`;
    await write({ from, messageId, subject: 'Broken lamp', text: 'It does not light up.', ...mail });
    const message = await received(messageId);
    return { from, messageId, message, ticketId: message.ticketId as string };
  }
  const sent = (words: string): Promise<SentMail> =>
    centre().sink.mails.until(({ mail }) => mail.text?.includes(words) === true, words);
  const upload = async (bytes: Uint8Array, name: string, type: string): Promise<string> =>
    (await ask('POST', '/files', bytes, { 'content-type': type, 'x-filename': encodeURIComponent(name) })).id;
  const addresses = (field: SentMail['mail']['to']) =>
    [field ?? []].flat().flatMap(({ value }) => value.map(({ address }) => address));
  return { centre, ask, firstContact, sent, upload, addresses };
}
