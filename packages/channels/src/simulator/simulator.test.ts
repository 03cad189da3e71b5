import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { OutboundMessage } from '@patchbay/contracts';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { basicAuth } from '../twilio/rest.ts';
import { smtpMail } from './mail.ts';
import { startTestHub, type TestHub } from './test-hub.ts';
import { parseTwiml, parseXml } from './twiml-document.ts';

let hub: TestHub;
let now: Date | undefined;
vi.setConfig({ testTimeout: 30_000 });
beforeEach(async () => {
  now = undefined;
  hub = await startTestHub({ speed: 60, now: () => now ?? new Date() });
});
afterEach(() => hub.close());

const outbound: OutboundMessage = {
  outboundId: 'o',
  idempotencyKey: 'k',
  ticketId: 't',
  ticketNumber: 1,
  channelAccount: '+4930901820',
  to: '+4915112345678',
  cc: [],
  subject: null,
  text: 'From the centre',
  html: null,
  attachments: [],
  inReplyTo: null,
  references: [],
  automatic: false,
};
const signal = () => new AbortController().signal;

describe('texts', () => {
  test('reach the hub with their files', async () => {
    const media = [{ filename: 'a.png', contentType: 'image/png', base64: Buffer.from('png').toString('base64') }];
    const { status, body } = await hub.page('/text', { from: '+4915112345678', body: 'Hello', media });
    expect([status, body['status']]).toEqual([201, 200]);
    const [contact] = hub.contacts;
    expect(contact).toMatchObject({
      externalId: body['sid'],
      text: 'Hello',
      from: '+4915112345678',
      channelAccount: '+4930901820',
    });
    const file = await hub.sms.fetchFile?.(contact?.remoteFiles?.[0]?.url ?? '', signal());
    expect(Buffer.from(file?.bytes ?? []).toString()).toBe('png');
  });

  test('from the centre show on the phone, and are reported', async () => {
    const { externalId } = await hub.sms.send(outbound, signal());
    await hub.until(() => (hub.reports.length === 2 ? true : undefined));
    expect(hub.reports.map((report) => [report.externalId, report.channelAccount, report.status])).toEqual([
      [externalId, '+4930901820', 'sent'],
      [externalId, '+4930901820', 'delivered'],
    ]);
    expect(hub.simulator.snapshot().messages).toMatchObject([
      {
        sid: externalId,
        direction: 'outbound-api',
        to: '+4915112345678',
        body: 'From the centre',
        status: 'delivered',
      },
    ]);
  });

  test('that the hub refuses say so', async () => {
    expect(await hub.page('/text', { from: '+1', body: 'x' })).toMatchObject({ status: 201, body: { status: 400 } });
    expect(await hub.page('/text', { body: 'x' })).toMatchObject({ status: 400, body: { code: 'invalid_input' } });
  });

  test.each([
    ['+15005550001', 21211],
    ['+15005550009', 21614],
    ['+15005550004', 21610],
  ])('to %s are refused as Twilio refuses them', async (to, code) => {
    await expect(hub.sms.send({ ...outbound, to }, signal())).rejects.toMatchObject({
      code: 'provider_refused',
      message: expect.stringContaining(`Twilio ${code}`),
    });
  });

  test('take pictures from the hub by their links', async () => {
    const stored = await hub.files.put(Buffer.from('png'));
    const file = { ...stored, filename: 'a.png', contentType: 'image/png', inline: false };
    const { externalId } = await hub.sms.send({ ...outbound, text: '', attachments: [file] }, signal());
    await hub.until(() => (hub.reports.length === 2 ? true : undefined));
    const [message] = hub.simulator.snapshot().messages;
    expect(message).toMatchObject({ sid: externalId, body: '', status: 'delivered' });
    const shown = await fetch(hub.url + (message?.media[0]?.url ?? ''));
    expect([shown.headers.get('content-type'), await shown.text()]).toEqual(['image/png', 'png']);
  });

  test('fail when a picture cannot be fetched', async () => {
    const file = { sha256: 'b'.repeat(64), size: 3, filename: 'a.png', contentType: 'image/png', inline: false };
    await hub.sms.send({ ...outbound, attachments: [file] }, signal());
    await hub.until(() => (hub.reports.length > 0 ? true : undefined));
    expect(hub.reports).toMatchObject([{ status: 'failed', error: 'Twilio 11200' }]);
  });

  test('are refused after a STOP to the same number, until a START', async () => {
    await hub.page('/text', { from: outbound.to, body: 'Stop' });
    await expect(hub.sms.send(outbound, signal())).rejects.toMatchObject({ reason: 'recipient-opted-out' });
    await hub.page('/text', { from: outbound.to, body: 'START' });
    expect(await hub.sms.send(outbound, signal())).toMatchObject({ externalId: expect.any(String) });
    expect(hub.contacts.map(({ consent }) => consent?.word)).toEqual(['stop', 'start']);
  });

  test('by WhatsApp carry a name, and free answers only for a day', async () => {
    const onWhatsapp = { ...outbound, channelAccount: '+4930901821' };
    await hub.page('/text', { network: 'whatsapp', from: outbound.to, name: 'Ada', body: 'Hello' });
    expect(hub.contacts).toMatchObject([
      { channel: 'whatsapp', channelAccount: '+4930901821', from: outbound.to, senderName: 'Ada' },
    ]);
    await hub.whatsapp.send(onWhatsapp, signal());
    await hub.until(() => (hub.reports.some(({ status }) => status === 'delivered') ? true : undefined));
    now = new Date(Date.now() + 24 * 3600_000);
    await hub.whatsapp.send({ ...onWhatsapp, text: 'Late' }, signal());
    await hub.until(() => (hub.reports.some(({ status }) => status === 'failed') ? true : undefined));
    expect(hub.reports.find(({ status }) => status === 'failed')).toMatchObject({ reason: 'session-closed' });
    const template = { contentSid: `HX${'a'.repeat(32)}`, variables: ['Ada'] };
    const { externalId } = await hub.whatsapp.send({ ...onWhatsapp, template }, signal());
    await hub.until(() =>
      hub.reports.some((report) => report.externalId === externalId && report.status === 'delivered')
        ? true
        : undefined,
    );
  });

  test('longer than Twilio takes are refused', async () => {
    await expect(hub.sms.send({ ...outbound, text: 'x'.repeat(1601) }, signal())).rejects.toMatchObject({
      code: 'provider_refused',
    });
  });
});

describe('the REST API', () => {
  const ask = async (path: string, authorization: string) => {
    const response = await fetch(`${hub.url}/simulator/carrier/2010-04-01/Accounts${path}`, {
      method: 'POST',
      headers: { authorization },
    });
    return { status: response.status, body: await response.json() };
  };
  test('asks who it is', async () => {
    const expected = {
      status: 401,
      body: {
        code: 20003,
        message: 'Authenticate',
        more_info: 'https://www.twilio.com/docs/errors/20003',
        status: 401,
      },
    };
    expect(await ask(`/AC${'0'.repeat(32)}/Messages.json`, 'Basic eA==')).toEqual(expected);
  });
  test('knows one account, and its own calls', async () => {
    const own = basicAuth({ accountSid: `AC${'0'.repeat(32)}`, authToken: 'conformance-token', apiBaseUrl: undefined });
    expect(await ask('/AC1/Messages.json', own)).toMatchObject({ status: 404, body: { code: 20404 } });
    expect(await ask(`/AC${'0'.repeat(32)}/Calls/CA1.json`, own)).toMatchObject({ status: 404, body: { code: 20404 } });
  });
});

describe('the page', () => {
  test('follows what happens', async () => {
    const stop = new AbortController();
    const response = await fetch(`${hub.url}/simulator/api/events`, { signal: stop.signal });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    let text = '';
    await hub.page('/text', { from: '+4915112345678', body: 'Seen' });
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      if (text.includes('"body":"Seen"') && text.includes('"status":"received"')) break;
    }
    stop.abort();
    expect(text).toMatch(/^event: state\ndata: \{"number":"\+4930901820"/);
  });

  test.each(['/hangup', '/record-finish'])('%s of no call is not found', async (path) => {
    expect(await hub.page(path, { callSid: 'CA1' })).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  test('offers no mail without an inlet', async () => {
    expect(await hub.page('/mail', { from: 'a@example.test', to: 'b@patchbay.test' })).toMatchObject({ status: 503 });
  });
});

describe('mail', () => {
  test('goes to the inlet as typed; a refusal is shown', async () => {
    const received: Buffer[] = [];
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onRcptTo: (address, _session, done) =>
        done(
          address.address.endsWith('@patchbay.test')
            ? null
            : Object.assign(new Error('no relay'), { responseCode: 550 }),
        ),
      onData: (stream, _session, done) =>
        void stream.on('data', (chunk: Buffer) => received.push(chunk)).on('end', () => done()),
    });
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    const send = smtpMail({ host: '127.0.0.1', port: (server.server.address() as AddressInfo).port });
    const mail = { from: 'a@example.test', to: 'support@patchbay.test', subject: '你好', text: 'Hello' };
    const { messageId } = await send(mail);
    const parsed = await simpleParser(Buffer.concat(received));
    expect([parsed.messageId, parsed.subject, parsed.text?.trim()]).toEqual([messageId, '你好', 'Hello']);
    await expect(send({ ...mail, to: 'x@elsewhere.test' })).rejects.toMatchObject({
      code: 'provider_refused',
      message: expect.stringContaining('no relay'),
    });
    await new Promise<void>((resolve) => server.close(resolve));
    await expect(send(mail)).rejects.toMatchObject({ code: 'provider_unavailable' });
  });
});

describe('TwiML', () => {
  test('is read with its entities, comments, and nesting', () => {
    const source =
      '<?xml version="1.0"?>\n<!-- x --><Response><Say voice=\'a\'>1 &lt; 2 &amp; &#x4f60;&#229;</Say><Dial action="/a?b=1&amp;c=2"><Conference>r</Conference></Dial><Hangup /><Play><![CDATA[a&b]]></Play></Response>';
    expect(parseTwiml(source)).toEqual([
      { name: 'Say', attributes: { voice: 'a' }, children: [], text: '1 < 2 & 你å' },
      {
        name: 'Dial',
        attributes: { action: '/a?b=1&c=2' },
        children: [{ name: 'Conference', attributes: {}, children: [], text: 'r' }],
        text: '',
      },
      { name: 'Hangup', attributes: {}, children: [], text: '' },
      { name: 'Play', attributes: {}, children: [], text: 'a&b' },
    ]);
  });
  test.each(['', 'hello', '<a>', '<a></b>', '<a/><b/>', '<a b=c/>', '<a></a>x', '</a>', '<a>&</a'])(
    '%j is not well-formed',
    (source) => {
      expect(() => parseXml(source)).toThrow(SyntaxError);
    },
  );
  test('is nothing else', () => {
    expect(() => parseTwiml('<html/>')).toThrow('Expected <Response>');
  });
});
