import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { inspect } from 'node:util';
import type { OutboundMessage } from '@patchbay/contracts';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { describe, expect, test } from 'vitest';
import { subjectOf } from './compose.ts';
import { sendNotice } from './notice.ts';
import { readMail } from './reading/mail-source.ts';
import { parseMail } from './schema.ts';
import { sendMail } from './send.ts';
import { outgoing, testDeps } from './test-deps.ts';

const message: OutboundMessage = {
  ...outgoing,
  subject: 'Re: Order [#12]',
  inReplyTo: '<two@example.com>',
  references: ['<one@example.com>'],
};
const { ticketId } = message;
const never = new AbortController().signal;

describe('the mail', () => {
  test('is given back when there is no server', async () => {
    const deps = testDeps();
    const { sha256 } = await deps.files.put(Buffer.from('GIF'));
    const attachments = [
      { filename: 'a.gif', contentType: 'image/gif', size: 3, sha256, inline: true, contentId: 'pic' },
      { filename: 'ä\r\nX: y.pdf', contentType: 'application/pdf', size: 3, sha256, inline: false },
    ];
    const sent = await sendMail(
      { ...message, html: '<img src="cid:pic">', attachments, cc: ['bob@example.com'] },
      deps,
      never,
    );
    expect(sent).toMatchObject({ externalId: `<${message.outboundId}@centre.test>`, status: 'sent' });
    const mail = await readMail(sent.raw ?? Buffer.alloc(0));
    expect(mail).toMatchObject({
      subject: 'Re: Order [#12]',
      from: { name: 'The Centre', address: 'service@centre.test' },
      to: ['ann@example.com'],
      cc: ['bob@example.com'],
    });
    expect(mail.text.trim()).toBe('On its way.');
    expect([
      mail.header('message-id'),
      mail.header('in-reply-to'),
      mail.header('references'),
      mail.header('auto-submitted'),
      mail.header('x'),
    ]).toEqual([[sent.externalId], ['<two@example.com>'], ['<one@example.com> <two@example.com>'], [], []]);
    expect(mail.parts).toMatchObject([
      { filename: 'a.gif', contentId: 'pic', inline: true },
      { filename: 'ä X: y.pdf', inline: false },
    ]);
  });

  test('is answered to its ticket', async () => {
    const deps = testDeps();
    const { raw } = await sendMail(message, deps, never);
    const replyTo = (await readMail(raw ?? Buffer.alloc(0))).header('reply-to')[0] ?? '';
    const answer = await parseMail(
      Buffer.from(`From: ann@example.com\r\nTo: ${replyTo}\r\n\r\nThanks`),
      { from: 'ann@example.com', to: [] },
      deps,
    );
    expect(answer.threading?.ticketId).toBe(ticketId);
  });

  test('says so when no person wrote it', async () => {
    const mail = await readMail(
      (await sendMail({ ...message, automatic: true }, testDeps(), never)).raw ?? Buffer.alloc(0),
    );
    expect([mail.header('auto-submitted'), mail.header('x-auto-response-suppress')]).toEqual([
      ['auto-replied'],
      ['All'],
    ]);
  });

  test.each([
    '',
    'ann',
    'a b@example.com',
    'ann@example.com\r\nBcc: c@example.com',
    'ann@example.com, c@example.com',
    'a<b@example.com>',
    `${'a'.repeat(65)}@example.com`,
  ])('to %j is refused', async (to) => {
    await expect(sendMail({ ...message, to }, testDeps(), never)).rejects.toMatchObject({ code: 'provider_refused' });
  });

  test('no value becomes a header of its own', async () => {
    const evil = 'x\r\nBcc: evil@example.com\r\n\r\nbody';
    const injected = { ...message, subject: evil, inReplyTo: `<a@x>${evil}`, references: [evil, '<b@x>\r\nBcc: c@x'] };
    const { raw } = await sendMail(injected, testDeps({}, { centreName: evil }), never);
    const mail = await readMail(raw ?? Buffer.alloc(0));
    expect([mail.header('bcc'), mail.text.trim()]).toEqual([[], 'On its way.']);
  });
});

describe('subjectOf', () => {
  test.each([
    ['Order', 'Re: Order [#7]'],
    ['RE: Re: AW: Order [#7]', 'Re: Order [#7]'],
    [null, 'Re: [#7]'],
    ['回复\uff1aOrder', 'Re: Order [#7]'],
    ['Order [#8]', 'Re: Order [#8] [#7]'],
    ['Reorder', 'Re: Reorder [#7]'],
  ])('%j', (subject, result) => {
    expect(subjectOf(subject, 7)).toBe(result);
  });
});

async function withServer<T>(options: SMTPServerOptions, work: (url: string) => Promise<T>): Promise<T> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 100,
    ...options,
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  try {
    return await work(`smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`);
  } finally {
    await new Promise<void>((resolve) => {
      server.close(resolve);
    });
  }
}

const refusal = (responseCode: number) => Object.assign(new Error('no'), { responseCode });
const sendTo = async (smtpUrl: string, more: Partial<OutboundMessage> = {}) =>
  await sendMail({ ...message, ...more }, testDeps({}, { smtpUrl }), never);

describe('by SMTP', () => {
  test.each([
    [false, expect.stringMatching(/^bounce\+[a-z2-7]{26}\.[a-z2-7]{16}@centre\.test$/)],
    [true, ''],
  ])('automatic %j leaves with sender %j', async (automatic, from) => {
    const seen: unknown[] = [];
    await withServer(
      {
        onData: (stream, session, done) => {
          seen.push(
            session.envelope.mailFrom && session.envelope.mailFrom.address,
            session.envelope.rcptTo.map(({ address }) => address),
          );
          stream.resume().once('end', () => done());
        },
      },
      async (url) =>
        expect(await sendTo(url, { automatic, to: 'ann@bücher.example' })).toEqual({
          externalId: `<${message.outboundId}@centre.test>`,
          status: 'sent',
        }),
    );
    expect(seen).toEqual([from, [expect.stringMatching(/^ann@(xn--bcher-kva|bücher)\.example$/)]]);
  });

  test.each([
    ['service@centre.test', expect.stringMatching(/^bounce\+[a-z2-7.]+@centre\.test$/)],
    ['help@Brand.example', 'help@brand.example'],
  ])('a notice of %s leaves with sender %j', async (mailFrom, path) => {
    const seen: unknown[] = [];
    const onMailFrom: SMTPServerOptions['onMailFrom'] = ({ address }, _session, done) => {
      seen.push(address);
      done();
    };
    await withServer(
      { onMailFrom, onData: (stream, _session, done) => void stream.resume().once('end', () => done()) },
      async (smtpUrl) => {
        const notice = {
          id: message.outboundId,
          tryId: message.outboundId,
          to: 'ann@example.com',
          subject: 's',
          text: 't',
          html: 't',
        };
        await sendNotice({ ...notice, attachments: [] }, testDeps({}, { smtpUrl, mailFrom }), never);
      },
    );
    expect(seen).toEqual([path]);
  });

  test.each([
    [550, 'provider_refused', false],
    [451, 'provider_unavailable', true],
    [421, 'provider_unavailable', false],
  ])('%i is %s, at the recipient and at the end, and about that mail alone: %s', async (code, outcome, putOff) => {
    await withServer({ onRcptTo: (_address, _session, done) => done(refusal(code)) }, async (url) => {
      await expect(sendTo(url)).rejects.toMatchObject({ code: outcome, putOff });
    });
    await withServer(
      { onData: (stream, _session, done) => void stream.resume().once('end', () => done(refusal(code))) },
      async (url) => {
        await expect(sendTo(url)).rejects.toMatchObject({ code: outcome, putOff });
      },
    );
  });

  test('refused for one is told, and taken for the others', async () => {
    const onRcptTo: SMTPServerOptions['onRcptTo'] = (address, _session, done) =>
      done(address.address.startsWith('ann') ? refusal(550) : null);
    await withServer(
      { onRcptTo, onData: (stream, _session, done) => void stream.resume().once('end', () => done()) },
      async (url) => {
        const sent = await sendTo(url, { cc: ['bob@example.com'] });
        expect(sent.refused).toEqual([{ address: 'ann@example.com', permanent: true, reason: '550' }]);
      },
    );
  });

  test('goes to those only whom an earlier try did not reach', async () => {
    const asked: string[] = [];
    const onRcptTo: SMTPServerOptions['onRcptTo'] = (address, _session, done) =>
      done(void asked.push(address.address) as undefined);
    await withServer(
      { onRcptTo, onData: (stream, _session, done) => void stream.resume().once('end', () => done()) },
      async (url) => {
        await sendTo(url, {
          alsoTo: ['eve@example.com'],
          cc: ['bob@example.com'],
          bcc: ['cy@example.com'],
          reached: ['ann@example.com', 'bob@example.com'],
        });
        expect(asked).toEqual(['eve@example.com', 'cy@example.com']);
      },
    );
  });

  test('lost after the mail was handed over is unknown', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write('220 here\r\n');
      socket.on('data', (data) => {
        const line = data.toString();
        if (line.endsWith('\r\n.\r\n')) socket.destroy();
        else if (/^DATA/i.test(line)) socket.write('354 go\r\n');
        else if (/^[A-Z]{4}/.test(line)) socket.write('250 ok\r\n');
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    await expect(sendTo(`smtp://127.0.0.1:${(server.address() as AddressInfo).port}`)).rejects.toMatchObject({
      code: 'outcome_unknown',
      retryable: false,
    });
    server.close();
  });

  test('lost before it was is to be tried again, and so is a closed port', async () => {
    const server = createServer((socket) => void socket.resume().end('220 here\r\n')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await expect(sendTo(url)).rejects.toMatchObject({ code: 'provider_unavailable' });
    await new Promise((resolve) => server.close(resolve));
    await expect(sendTo(url)).rejects.toMatchObject({ code: 'provider_unavailable' });
  });

  test.each([
    ['does not encrypt though it has to', '220 here', '?requireTLS=true'],
    ['takes nobody at the moment', '554 no service', ''],
  ])('a server that %s refuses no mail: it is to be tried again', async (_name, greeting, query) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write(`${greeting}\r\n`);
      socket.on('data', (data) => socket.write(data.toString().startsWith('EHLO') ? '250 here\r\n' : '502 no\r\n'));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `smtp://127.0.0.1:${(server.address() as AddressInfo).port}${query}`;
    await expect(sendTo(url)).rejects.toMatchObject({ code: 'provider_unavailable' });
    server.close();
  });

  test('a server that repeats how the hub signs in has none of it in the failure, which is logged', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined).write('220 here\r\n');
      socket.on('data', (data) => {
        const line = data.toString().trim();
        socket.write(line.startsWith('AUTH') ? `535 Not by ${line}\r\n` : '250-here\r\n250 AUTH PLAIN\r\n');
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `smtp://hub:pass-of-the-hub@127.0.0.1:${(server.address() as AddressInfo).port}`;
    const failure = await sendTo(url).catch((error: unknown) => error as Error);
    expect(failure).toMatchObject({
      message: 'The mail server refused the log-in',
      cause: { message: 'It answered 535' },
    });
    expect(inspect(failure)).not.toContain(Buffer.from('\0hub\0pass-of-the-hub').toString('base64'));
    await new Promise((resolve) => server.close(resolve));
  });

  test('an abort before the mail left is to be tried again', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const stop = new AbortController();
    const sending = sendMail(
      message,
      testDeps({}, { smtpUrl: `smtp://127.0.0.1:${(silent.address() as AddressInfo).port}` }),
      stop.signal,
    );
    silent.once('connection', () => stop.abort());
    await expect(sending).rejects.toMatchObject({ code: 'provider_unavailable' });
    silent.close();
  });
});
