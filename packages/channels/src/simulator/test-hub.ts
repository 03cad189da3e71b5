/** For tests: the HTTP side of a hub over loopback, with the simulator as its carrier and everything in memory. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { HubError, type InboundContactDraft, type DeliveryReport } from '@patchbay/contracts';
import express, { type ErrorRequestHandler, type Request } from 'express';
import type { CallSituation, Channel, ChannelRequest, FileStore } from '../channel.ts';
import { conformanceDeps } from '../conformance.ts';
import { createPhoneChannel, holdAudio, holdAudioPath } from '../phone/index.ts';
import { createSmsChannel } from '../sms/index.ts';
import { createWhatsappChannel } from '../whatsapp/index.ts';
import { mediaPath, readMediaToken } from '../twilio/media-link.ts';
import { type CarrierSimulator, createCarrierSimulator, type SendMail } from './index.ts';

export interface TestHub {
  readonly url: string;
  readonly simulator: CarrierSimulator;
  readonly sms: Channel;
  readonly whatsapp: Channel;
  readonly files: FileStore;
  readonly phone: Channel;
  readonly contacts: InboundContactDraft[];
  readonly reports: DeliveryReport[];
  /** What the hub says about a call, by CallSid; `*` about every other. */
  readonly situations: Map<string, CallSituation>;
  /** Posts to the simulator's page API. */
  page(path: string, body: object): Promise<{ status: number; body: Record<string, unknown> }>;
  /** Resolves with the first defined answer of `look`, asked again after each change. */
  until<T>(look: () => T | undefined): Promise<T>;
  close(): Promise<void>;
}

function channelRequest(request: Request, publicUrl: string): ChannelRequest {
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  return {
    method: request.method,
    path: request.path,
    url: publicUrl + request.originalUrl,
    headers: Object.fromEntries(headers),
    query: Object.fromEntries(new URLSearchParams(request.originalUrl.split('?')[1] ?? '')),
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
  };
}

/** Verify, parse, receive, report, reply: the order in which the hub answers a webhook. */
function mount(
  app: express.Express,
  channel: Channel,
  publicUrl: string,
  take: { contact: (contact: InboundContactDraft) => Promise<unknown>; report: (report: DeliveryReport) => unknown },
): void {
  app.all([...channel.webhookPaths], express.raw({ type: () => true }), async (incoming, response) => {
    const request = channelRequest(incoming, publicUrl);
    await channel.verify(request);
    for (const contact of await channel.parse(request)) await take.contact(contact);
    channel.parseStatus(request).forEach(take.report);
    const reply = await channel.reply(request);
    response.status(reply.status).type(reply.contentType).send(reply.body);
  });
}

const problems: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (error instanceof HubError) response.status(error.status).json({ code: error.code, detail: error.message });
  else next(error);
};

export async function startTestHub(
  options: { speed?: number; sendMail?: SendMail; now?: () => Date } = {},
): Promise<TestHub> {
  const app = express();
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const plain = conformanceDeps();
  const twilio = { ...plain.config.twilio, apiBaseUrl: `${url}/simulator/carrier` };
  const situations = new Map<string, CallSituation>();
  const deps = conformanceDeps({
    config: { publicUrl: url, twilio },
    callSituation: (callSid) => situations.get(callSid) ?? situations.get('*') ?? null,
  });
  const [sms, whatsapp, phone] = [createSmsChannel(deps), createWhatsappChannel(deps), createPhoneChannel(deps)];
  const waiting = new Set<() => void>();
  const simulator = createCarrierSimulator({ publicUrl: url, ...twilio, ...options });
  simulator.subscribe(() => waiting.forEach((look) => look()));
  const reports: DeliveryReport[] = [];
  const { contacts } = deps.received;
  const take = {
    contact: (contact: InboundContactDraft) =>
      deps.receive(contact, { bytes: Buffer.alloc(0), contentType: 'text/plain' }),
    report: (report: DeliveryReport) => reports.push(report),
  };
  for (const channel of [sms, whatsapp, phone]) mount(app, channel, url, take);
  app.get(`${mediaPath}/:token`, async (request, response) => {
    const file = readMediaToken(request.params.token, deps.signingKey, deps.now());
    if (file === null || file === 'expired') throw new HubError('not_found', 'There is nothing here');
    response.type(file.contentType).send(await deps.files.read(file.sha256));
  });
  app.use('/simulator/carrier', simulator.carrier);
  app.use('/simulator/api', simulator.api);
  app.get(holdAudioPath, (_request, response) => void response.type('audio/x-wav').send(Buffer.from(holdAudio())));
  app.use(problems);
  return {
    url,
    simulator,
    sms,
    whatsapp,
    files: deps.files,
    phone,
    contacts,
    reports,
    situations,
    page: async (path, body) => {
      const response = await fetch(`${url}/simulator/api${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
    },
    until: (look) =>
      new Promise((resolve) => {
        const again = () => {
          const found = look();
          if (found === undefined) return;
          waiting.delete(again);
          resolve(found);
        };
        waiting.add(again);
        again();
      }),
    close: async () => {
      await simulator.stop();
      server.closeAllConnections();
      server.close();
    },
  };
}
