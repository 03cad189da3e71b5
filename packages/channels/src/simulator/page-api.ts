/** What the simulator's page asks for. Errors are `HubError`s, for the host's error handler. */
import { HubError, parseInput } from '@patchbay/contracts';
import express, { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { Changes, Snapshot } from './history.ts';
import type { Leg } from './leg.ts';
import type { SendMail } from './mail.ts';
import type { Messaging } from './messaging.ts';
import { customerMoods, type Switchboard } from './switchboard.ts';

export interface PageOptions {
  readonly number: string;
  readonly whatsappNumber: string;
  readonly messaging: Messaging;
  readonly switchboard: Switchboard;
  readonly snapshot: () => Snapshot;
  readonly changes: Changes;
  readonly sendMail: SendMail | undefined;
  readonly stopped: AbortSignal;
}

const party = z.string().trim().min(1).max(40);
const mediaItem = z.object({
  filename: z.string().min(1).max(255),
  contentType: z.string().regex(/^[\w.+-]+\/[\w.+-]+$/),
  base64: z.base64().max(7_000_000),
});
const textRequest = z.object({
  from: party,
  to: party.optional(),
  network: z.enum(['sms', 'whatsapp']).default('sms'),
  /** The name that WhatsApp shows. */
  name: z.string().max(200).optional(),
  body: z.string().max(1600).default(''),
  media: z.array(mediaItem).max(10).default([]),
});
const callRequest = z.object({ from: party, to: party.optional() });
const legRequest = z.object({ callSid: z.string().max(64) });
const agentLegRequest = legRequest.extend({ action: z.enum(['answer', 'decline']) });
const settings = z.object({ autoAnswer: z.boolean().optional(), customers: z.enum(customerMoods).optional() });
const mailRequest = z.object({
  from: z.email().max(320),
  to: z.email().max(320),
  subject: z.string().max(998).default(''),
  text: z.string().max(200_000).default(''),
});

/** Streams snapshots as server-sent events: one at once, then one after each change. */
function streamEvents(request: Request, response: Response, options: PageOptions): void {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  const write = () => response.write(`event: state\ndata: ${JSON.stringify(options.snapshot())}\n\n`);
  const unsubscribe = options.changes.subscribe(write);
  // What changes after the end has nobody to be told to, and a write to an ended answer would end the hub.
  const end = () => {
    unsubscribe();
    response.end();
  };
  options.stopped.addEventListener('abort', end, { once: true });
  request.on('close', () => {
    unsubscribe();
    options.stopped.removeEventListener('abort', end);
  });
  if (options.stopped.aborted) end();
  else write();
}

function addTexts(router: Router, { messaging, number, whatsappNumber }: PageOptions): void {
  router.post('/text', async (request, response) => {
    const text = parseInput(textRequest, request.body);
    const media = text.media.map(({ filename, contentType, base64 }) => ({
      filename,
      contentType,
      bytes: Buffer.from(base64, 'base64'),
    }));
    const to = text.to ?? (text.network === 'whatsapp' ? whatsappNumber : number);
    response.status(201).json(await messaging.write({ ...text, to, media }));
  });
  router.get('/media/:sid', (request, response) => {
    const item = messaging.media.get(request.params.sid);
    if (!item) throw new HubError('not_found', 'No such file');
    const shown = /^image\/(?:png|jpeg|gif|webp)$/.test(item.contentType);
    response.set({
      'content-type': shown ? item.contentType : 'application/octet-stream',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
    });
    response.send(Buffer.from(item.bytes));
  });
}

function addCalls(router: Router, { switchboard, number, changes }: PageOptions): void {
  const legOf = (callSid: string): Leg => {
    const leg = switchboard.find(callSid);
    if (!leg) throw new HubError('not_found', 'No such call');
    return leg;
  };
  router.post('/call', (request, response) => {
    const call = parseInput(callRequest, request.body);
    response.status(201).json({ callSid: switchboard.dialIn(call.from, call.to ?? number).sid });
  });
  router.post('/hangup', (request, response) => {
    switchboard.hangUp(legOf(parseInput(legRequest, request.body).callSid));
    response.status(204).end();
  });
  router.post('/agent-leg', (request, response) => {
    const { callSid, action } = parseInput(agentLegRequest, request.body);
    const { decide } = legOf(callSid);
    if (!decide) throw new HubError('conflict', 'The phone does not ring');
    decide(action);
    response.status(204).end();
  });
  router.post('/record-finish', (request, response) => {
    const { finishRecording } = legOf(parseInput(legRequest, request.body).callSid);
    if (!finishRecording) throw new HubError('conflict', 'The call is not being recorded');
    finishRecording();
    response.status(204).end();
  });
  router.post('/settings', (request, response) => {
    const { autoAnswer, customers } = parseInput(settings, request.body);
    if (autoAnswer !== undefined) switchboard.autoAnswer = autoAnswer;
    if (customers !== undefined) switchboard.customers = customers;
    changes.changed();
    response.status(204).end();
  });
}

export function createPageRouter(options: PageOptions): Router {
  const router = Router();
  router.use(express.json({ limit: '40mb' }));
  router.get('/state', (_request, response) => void response.json(options.snapshot()));
  router.get('/events', (request, response) => streamEvents(request, response, options));
  addTexts(router, options);
  addCalls(router, options);
  router.post('/mail', async (request, response) => {
    if (!options.sendMail) throw new HubError('unavailable', 'The mail inlet is off');
    response.status(201).json(await options.sendMail(parseInput(mailRequest, request.body)));
  });
  return router;
}
