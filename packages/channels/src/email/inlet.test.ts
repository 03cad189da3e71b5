import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { createTransport } from 'nodemailer';
import { afterEach, describe, expect, test } from 'vitest';
import type { ChannelDeps } from '../channel.ts';
import { createEmailChannelWith } from './index.ts';
import { type InletOptions, mailSizeLimit } from './inlet.ts';
import { mailOf, testDeps } from './test-deps.ts';

const running: { stop: AbortController; closed: Promise<void> }[] = [];
afterEach(async () => {
  for (const { stop, closed } of running.splice(0)) {
    stop.abort();
    await closed;
  }
});

async function inlet(deps: ChannelDeps, options: InletOptions = {}) {
  const stop = new AbortController();
  const listening = await createEmailChannelWith({ port: 0, ...options })(deps).listen?.(stop.signal);
  if (!listening) throw new Error('no inlet');
  running.push({ stop, closed: listening.closed });
  return { port: Number(listening.address.split(':').at(-1)), stop, closed: listening.closed };
}

/** An SMTP dialogue, line by line. */
async function dialogue(port: number) {
  const socket = connect(port, '127.0.0.1');
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const answer = async () => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) return 'closed';
      if (/^\d{3} /.test(value)) return value;
    }
  };
  const say = async (line: string) => {
    socket.write(`${line}\r\n`);
    return await answer();
  };
  await answer();
  await say('EHLO client.example');
  return { socket, say, answer };
}

async function envelope(port: number) {
  const talk = await dialogue(port);
  await talk.say('MAIL FROM:<a@example.com>');
  await talk.say('RCPT TO:<service@centre.test>');
  expect(await talk.say('DATA')).toMatch(/^354/);
  return talk;
}

const send = async (port: number, from: string, to: string | string[], raw: Buffer) =>
  await createTransport({ host: '127.0.0.1', port, ignoreTLS: true }).sendMail({ envelope: { from, to }, raw });
const mail = mailOf('From: a@example.com', 'Message-ID: <1@example.com>', 'Subject: x', '', 'Hello', '');

describe('acceptance', () => {
  test('250 only after the contact is durable', async () => {
    const stored = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const deps = testDeps({
      receive: async () => {
        asked.resolve();
        await stored.promise;
        return { inboxId: '1', outcome: 'accepted' };
      },
    });
    const talk = await envelope((await inlet(deps)).port);
    const answer = talk.say('Subject: x\r\n\r\nHello\r\n.');
    await asked.promise;
    const early = await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 50, 'nothing yet'))]);
    expect(early).toBe('nothing yet');
    stored.resolve();
    expect(await answer).toMatch(/^250/);
    talk.socket.destroy();
  });

  test('two recipients are one contact, with the bytes as they came', async () => {
    const deps = testDeps();
    await send(
      (await inlet(deps)).port,
      '',
      ['service@centre.test', 'Sales+x@centre.test', 'info@xn--bcher-kva.example'],
      mail,
    );
    expect(deps.recorded.received).toHaveLength(1);
    expect(deps.recorded.received[0]?.contact).toMatchObject({
      to: ['service@centre.test', 'Sales+x@centre.test', 'info@bücher.example'],
      automatic: true,
    });
    expect(Buffer.from(deps.recorded.received[0]?.raw.bytes ?? []).equals(mail)).toBe(true);
  });

  test('lines that begin with a dot and eight-bit bytes arrive unchanged', async () => {
    const deps = testDeps();
    const raw = Buffer.concat([
      mailOf('Subject: dots', '', '.', '..x', '.y', ''),
      Buffer.from([0xc4, 0xe3, 0, 13, 10]),
    ]);
    await send((await inlet(deps)).port, 'a@example.com', 'service@centre.test', raw);
    expect(Buffer.from(deps.recorded.received[0]?.raw.bytes ?? []).equals(raw)).toBe(true);
  });

  test('several mails over one connection, commands all at once', async () => {
    const deps = testDeps();
    const talk = await dialogue((await inlet(deps)).port);
    const one = 'MAIL FROM:<a@example.com>\r\nRCPT TO:<service@centre.test>\r\nDATA\r\n';
    expect(await talk.say(one.trimEnd())).toMatch(/^250/);
    expect([await talk.answer(), await talk.answer()].map((line) => line.slice(0, 3))).toEqual(['250', '354']);
    expect(await talk.say(`Subject: 1\r\n\r\n1\r\n.\r\n${one}Subject: 2\r\n\r\n2\r\n.`)).toMatch(/^250/);
    for (const code of ['250', '250', '354', '250']) expect(await talk.answer()).toMatch(new RegExp(`^${code}`));
    expect(deps.recorded.received.map(({ contact }) => contact.subject)).toEqual(['1', '2']);
    talk.socket.destroy();
  });

  test('what cannot be read is quarantined and acknowledged', async () => {
    const deps = testDeps();
    const raw = Buffer.alloc(3_000_000, 'x');
    await send((await inlet(deps)).port, 'a@example.com', 'service@centre.test', raw);
    expect(deps.recorded.received).toHaveLength(0);
    expect(deps.recorded.quarantined[0]?.input).toMatchObject({
      channel: 'email',
      channelAccount: 'email',
      reason: expect.stringContaining('Not readable as mail'),
    });
    expect(deps.recorded.quarantined[0]?.raw.bytes).toHaveLength(raw.length + 2);
  });
});

describe('refusal', () => {
  const failing = async () => await Promise.reject(new Error('down'));
  test.each([
    ['the database is down', testDeps({ receive: failing }), mail],
    [
      'the file store is down',
      testDeps({ files: { put: failing, read: failing } }),
      mailOf('Content-Type: application/pdf', '', 'x'),
    ],
    ['the quarantine is down', testDeps({ quarantine: failing }), Buffer.alloc(3_000_000, 'x')],
  ])('451 when %s', async (_name, deps, raw) => {
    await expect(send((await inlet(deps)).port, 'a@example.com', 'service@centre.test', raw)).rejects.toMatchObject({
      responseCode: 451,
    });
    expect(deps.recorded.received).toHaveLength(0);
  });

  test.each(['x@elsewhere.test', 'x@sub.centre.test', 'x@centre.test.evil.example', 'x%centre.test@evil.example'])(
    '550 for %s',
    async (address) => {
      const deps = testDeps();
      const talk = await dialogue((await inlet(deps)).port);
      await talk.say('MAIL FROM:<>');
      expect(await talk.say(`RCPT TO:<${address}>`)).toMatch(/^550/);
      expect(await talk.say('DATA')).toMatch(/^503/);
      talk.socket.destroy();
    },
  );

  test('the domain is compared without case, also as an internationalised name', async () => {
    const talk = await dialogue((await inlet(testDeps())).port);
    await talk.say('MAIL FROM:<>');
    for (const domain of ['CENTRE.test', 'xn--bcher-kva.example', 'XN--BCHER-KVA.EXAMPLE'])
      expect(await talk.say(`RCPT TO:<a+b@${domain}>`)).toMatch(/^250/);
    talk.socket.destroy();
  });

  test('552 for an announced size that is too large', async () => {
    const talk = await dialogue((await inlet(testDeps())).port);
    expect(await talk.say(`MAIL FROM:<a@example.com> SIZE=${mailSizeLimit + 1}`)).toMatch(/^552/);
    talk.socket.destroy();
  });

  test('552 for a mail that turns out too large, and the next one is taken', async () => {
    const deps = testDeps();
    const talk = await envelope((await inlet(deps)).port);
    const chunk = Buffer.alloc(1024 * 1024, 'x'.repeat(70).concat('\r\n'));
    for (let sent = 0; sent <= mailSizeLimit; sent += chunk.length)
      if (!talk.socket.write(chunk)) await once(talk.socket, 'drain');
    expect(await talk.say('\r\n.')).toMatch(/^552/);
    expect(deps.recorded.received).toHaveLength(0);
    await talk.say('MAIL FROM:<a@example.com>');
    await talk.say('RCPT TO:<service@centre.test>');
    await talk.say('DATA');
    expect(await talk.say('Subject: x\r\n\r\nHello\r\n.')).toMatch(/^250/);
    talk.socket.destroy();
  }, 30_000);

  test('a mail whose sender goes away half-way is not taken', async () => {
    const deps = testDeps();
    const { port, stop, closed } = await inlet(deps);
    const talk = await envelope(port);
    talk.socket.write('Subject: half\r\n\r\nThis is not');
    talk.socket.end();
    await once(talk.socket, 'close');
    stop.abort();
    await closed;
    expect(deps.recorded.received).toHaveLength(0);
  });

  test('no more clients than allowed', async () => {
    const { port } = await inlet(testDeps(), { maxClients: 1 });
    const first = await dialogue(port);
    const second = connect(port, '127.0.0.1');
    const [greeting] = await once(second, 'data');
    expect(String(greeting)).toMatch(/^421/);
    first.socket.destroy();
    second.destroy();
  });
});

describe('places', () => {
  const greeting = async (port: number) => {
    const socket = connect(port, '127.0.0.1');
    const [line] = await once(socket, 'data');
    return { socket, line: String(line) };
  };

  test('one host leaves some to others, and gets its own back', async () => {
    const strangers = { relays: [], authservId: undefined, strictSenders: false };
    const { port } = await inlet(testDeps({}, { mailTrust: strangers }), { maxClients: 6 });
    const held = await Promise.all(Array.from({ length: 8 }, () => greeting(port)));
    const codes = held.map(({ line }) => line.slice(0, 3)).toSorted();
    expect(codes).toEqual(['220', '220', '220', '421', '421', '421', '421', '421']);
    const gone = held.find(({ line }) => line.startsWith('220'))?.socket;
    gone?.end('QUIT\r\n');
    if (gone) await once(gone, 'close');
    const next = await greeting(port);
    expect(next.line).toMatch(/^220/);
    for (const { socket } of [...held, next]) socket.destroy();
  });

  test('a relay has all of them', async () => {
    const { port } = await inlet(testDeps(), { maxClients: 6 });
    const held = await Promise.all(Array.from({ length: 6 }, () => greeting(port)));
    expect(held.map(({ line }) => line.slice(0, 3))).toEqual(Array.from({ length: 6 }, () => '220'));
    for (const { socket } of held) socket.destroy();
  });

  test.each(['NOOP', 'RSET', 'VRFY a', 'EHLO again.example', 'MAIL FROM:<a@example.com>'])(
    '421 for who only says %s',
    async (line) => {
      const talk = await dialogue((await inlet(testDeps(), { idleTimeout: 400 })).port);
      const answers = new Set<string>();
      while (!answers.has('421')) answers.add((await talk.say(line)).slice(0, 3));
      expect(await talk.answer()).toBe('closed');
    },
  );

  test('who brings mails may stay', async () => {
    const deps = testDeps();
    const talk = await dialogue((await inlet(deps, { idleTimeout: 1_000 })).port);
    const until = Date.now() + 1_500;
    const answers = new Set<string>();
    while (Date.now() < until) {
      for (const line of ['MAIL FROM:<a@example.com>', 'RCPT TO:<service@centre.test>', 'DATA']) await talk.say(line);
      answers.add((await talk.say('Subject: x\r\n\r\nHello\r\n.')).slice(0, 3));
    }
    expect([...answers]).toEqual(['250']);
    talk.socket.destroy();
  });
});

describe('shutdown', () => {
  test('a mail in progress is finished, an idle client is sent away', async () => {
    const stored = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const deps = testDeps({
      receive: async () => {
        asked.resolve();
        await stored.promise;
        return { inboxId: '1', outcome: 'accepted' };
      },
    });
    const { port, stop, closed } = await inlet(deps);
    const idle = await dialogue(port);
    const busy = await envelope(port);
    const answer = busy.say('Subject: x\r\n\r\nHello\r\n.');
    await asked.promise;
    stop.abort();
    expect(await idle.answer()).toMatch(/^421/);
    stored.resolve();
    expect(await answer).toMatch(/^250/);
    expect(await busy.answer()).toMatch(/^421/);
    await closed;
  });

  test('port 0 in the configuration means no inlet', async () => {
    const { createEmailChannel } = await import('./index.ts');
    expect((await createEmailChannel(testDeps()).listen?.(new AbortController().signal))?.address).toBe('');
  });
});
