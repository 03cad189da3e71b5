/** The stand-in for the part of Twilio's REST API (2010-04-01) that the hub uses. */
import { timingSafeEqual } from 'node:crypto';
import express, { type Request, type RequestHandler, Router } from 'express';
import { wave } from '../phone/hold-audio.ts';
import { messageAccount, networkOf, type NetworkName } from '../twilio/network-address.ts';
import { toE164 } from '../twilio/phone-number.ts';
import { basicAuth } from '../twilio/rest.ts';
import type { TextMessage } from './history.ts';
import type { Leg } from './leg.ts';
import type { Messaging } from './messaging.ts';
import { RestError, type RestErrorCode, showRestError } from './rest-errors.ts';
import type { Switchboard } from './switchboard.ts';

export interface RestOptions {
  readonly accountSid: string;
  readonly authToken: string;
  readonly number: string;
  readonly messaging: Messaging;
  readonly switchboard: Switchboard;
}

const apiPath = '/2010-04-01/Accounts/:accountSid';
/** Twilio's test numbers, which are refused with the error they stand for (twilio.com/docs/iam/test-credentials). */
const refusedNumbers: Record<string, RestErrorCode> = {
  '+15005550001': 21211,
  '+15005550002': 21612,
  '+15005550004': 21610,
  '+15005550009': 21614,
};
const bodyLimit = 1600;
const mediaLimit = 10;
const recordingSampleLimit = 120;

function field(request: Request, name: string): string | undefined {
  const value: unknown = (request.body as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function fieldList(request: Request, name: string): string[] {
  const value: unknown = (request.body as Record<string, unknown> | undefined)?.[name];
  return (Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : [])
    .flatMap((words) => words.split(/\s+/))
    .filter((word) => word !== '');
}

function recipient(request: Request, network: NetworkName = 'sms'): string {
  const given = field(request, 'To');
  if (given === undefined) throw new RestError(21201);
  if (networkOf(given) !== network) throw new RestError(21211);
  const to = network === 'whatsapp' ? given.slice('whatsapp:'.length) : given;
  const number = /^\d{3,8}$/.test(to) ? to : toE164(to);
  const code = number === null ? 21211 : refusedNumbers[number];
  if (number === null || code !== undefined) throw new RestError(code ?? 21211);
  return number;
}

function webAddress(value: string | undefined): string | null {
  if (value === undefined) return null;
  if (!/^https?:$/.test(URL.parse(value)?.protocol ?? '')) throw new RestError(21205);
  return value;
}

const messageResource = (message: TextMessage, accountSid: string) => ({
  account_sid: accountSid,
  api_version: '2010-04-01',
  body: message.body,
  date_created: new Date(message.at).toUTCString(),
  date_sent: null,
  date_updated: new Date().toUTCString(),
  direction: message.direction,
  error_code: message.errorCode,
  error_message: null,
  from: message.from,
  messaging_service_sid: null,
  num_media: String(message.media.length),
  num_segments: '1',
  price: null,
  price_unit: 'USD',
  sid: message.sid,
  status: message.status,
  subresource_uris: { media: `/2010-04-01/Accounts/${accountSid}/Messages/${message.sid}/Media.json` },
  to: message.to,
  uri: `/2010-04-01/Accounts/${accountSid}/Messages/${message.sid}.json`,
});

const callResource = (leg: Leg, accountSid: string) => ({
  account_sid: accountSid,
  answered_by: null,
  api_version: '2010-04-01',
  caller_name: null,
  date_created: leg.startedAt.toUTCString(),
  date_updated: new Date().toUTCString(),
  direction: leg.direction,
  duration: null,
  end_time: leg.endedAt?.toUTCString() ?? null,
  forwarded_from: null,
  from: leg.from,
  from_formatted: leg.from,
  group_sid: null,
  parent_call_sid: null,
  phone_number_sid: null,
  price: null,
  price_unit: 'USD',
  queue_time: '0',
  sid: leg.sid,
  start_time: leg.startedAt.toUTCString(),
  status: leg.status,
  subresource_uris: {},
  to: leg.to,
  to_formatted: leg.to,
  trunk_sid: null,
  uri: `/2010-04-01/Accounts/${accountSid}/Calls/${leg.sid}.json`,
});

function authenticate(options: RestOptions): RequestHandler {
  const expected = Buffer.from(basicAuth({ ...options, apiBaseUrl: undefined }));
  return (request, _response, next) => {
    const given = Buffer.from(request.get('authorization') ?? '');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new RestError(20003);
    if (request.params['accountSid'] !== options.accountSid) throw new RestError(20404);
    next();
  };
}

/** An approved text by its id: what it says lies with the carrier, so its id and what goes into it stand for it. */
function templateOf(request: Request): string | undefined {
  const sid = field(request, 'ContentSid');
  if (sid === undefined) return undefined;
  try {
    const variables: unknown = JSON.parse(field(request, 'ContentVariables') ?? '{}');
    return [`[${sid}]`, ...Object.values(variables as Record<string, unknown>).map(String)].join(' · ');
  } catch {
    throw new RestError(21656);
  }
}

function createMessage(options: RestOptions): RequestHandler {
  return (request, response) => {
    const from = field(request, 'From');
    if (from === undefined) throw new RestError(21212);
    const network = networkOf(from);
    const to = recipient(request, network);
    const template = templateOf(request);
    const body = template ?? field(request, 'Body') ?? '';
    const mediaUrls = fieldList(request, 'MediaUrl');
    if (body === '' && mediaUrls.length === 0) throw new RestError(21602);
    if (body.length > bodyLimit) throw new RestError(21617);
    if (mediaUrls.length > mediaLimit || !mediaUrls.every((url) => URL.canParse(url))) throw new RestError(21620);
    const text = { network, from: messageAccount(from), to, body, template: template !== undefined, mediaUrls };
    if (options.messaging.hasOptedOut(text)) throw new RestError(21610);
    const message = options.messaging.send({ ...text, statusCallback: webAddress(field(request, 'StatusCallback')) });
    response.status(201).json(messageResource({ ...message, status: 'queued' }, options.accountSid));
  };
}

/** Newest first, one page; the hub asks for no more. */
function listMessages(options: RestOptions): RequestHandler {
  return (request, response) => {
    const { From, To, PageSize } = request.query;
    const messages = options.messaging.messages.items
      .filter(({ from, to }) => (From === undefined || from === From) && (To === undefined || to === To))
      .toReversed()
      .slice(0, Math.min(1000, Number(PageSize) || 50))
      .map((message) => messageResource(message, options.accountSid));
    response.json({ messages, page: 0, page_size: messages.length, next_page_uri: null, uri: request.originalUrl });
  };
}

function createCall(options: RestOptions): RequestHandler {
  return (request, response) => {
    const to = recipient(request);
    const from = field(request, 'From');
    const url = webAddress(field(request, 'Url'));
    if (from === undefined) throw new RestError(21212);
    if (url === null) throw new RestError(21205);
    const leg = options.switchboard.dialOut({
      to,
      from,
      url,
      statusCallback: webAddress(field(request, 'StatusCallback')),
      events: fieldList(request, 'StatusCallbackEvent'),
      timeout: Number(field(request, 'Timeout') ?? 60),
    });
    response.status(201).json({ ...callResource(leg, options.accountSid), status: 'queued' });
  };
}

function updateCall(options: RestOptions): RequestHandler {
  return (request, response) => {
    const leg = options.switchboard.find(String(request.params['callSid']));
    if (!leg) throw new RestError(20404);
    const url = webAddress(field(request, 'Url'));
    if (leg.over || (url !== null && leg.status !== 'in-progress')) throw new RestError(21220);
    if (url !== null) leg.redirect(url);
    else if (field(request, 'Status') === 'completed' || field(request, 'Status') === 'canceled')
      options.switchboard.hangUp(leg);
    response.json(callResource(leg, options.accountSid));
  };
}

function updateParticipant(options: RestOptions): RequestHandler {
  return (request, response) => {
    const conference = options.switchboard.conference(String(request.params['conferenceSid']));
    const callSid = String(request.params['callSid']);
    const participant = conference?.participants.get(callSid);
    if (!conference || !participant) throw new RestError(20404);
    const hold = field(request, 'Hold');
    if (hold !== undefined) conference.hold(callSid, hold === 'true');
    response.json({
      account_sid: options.accountSid,
      call_sid: callSid,
      call_sid_to_coach: null,
      coaching: false,
      conference_sid: conference.sid,
      date_created: participant.leg.startedAt.toUTCString(),
      date_updated: new Date().toUTCString(),
      end_conference_on_exit: participant.endOnExit,
      hold: participant.hold,
      label: null,
      muted: false,
      queue_time: null,
      start_conference_on_enter: participant.startOnEnter,
      status: 'connected',
      uri: `/2010-04-01/Accounts/${options.accountSid}/Conferences/${conference.sid}/Participants/${callSid}.json`,
    });
  };
}

/** Mounted where `TWILIO_API_BASE_URL` points. */
export function createRestRouter(options: RestOptions): Router {
  const router = Router();
  router.use(apiPath, express.urlencoded({ extended: false, limit: '256kb' }));
  const authorised = authenticate(options);
  router.post(`${apiPath}/Messages.json`, authorised, createMessage(options));
  router.get(`${apiPath}/Messages.json`, authorised, listMessages(options));
  router.post(`${apiPath}/Calls.json`, authorised, createCall(options));
  router.post(`${apiPath}/Calls/:callSid.json`, authorised, updateCall(options));
  router.post(
    `${apiPath}/Conferences/:conferenceSid/Participants/:callSid.json`,
    authorised,
    updateParticipant(options),
  );
  router.get(`${apiPath}/Messages/:messageSid/Media/:mediaSid`, authorised, (request, response) => {
    const item = options.messaging.media.get(String(request.params['mediaSid']));
    if (!item) throw new RestError(20404);
    response.type(item.contentType).send(Buffer.from(item.bytes));
  });
  router.get(`${apiPath}/Recordings/:recordingSid.wav`, authorised, (request, response) => {
    const seconds = options.switchboard.recordings.get(String(request.params['recordingSid']));
    if (seconds === undefined) throw new RestError(20404);
    const sound = wave(
      Math.min(seconds, recordingSampleLimit),
      (second) => 0.1 * Math.sin(2 * Math.PI * 220 * second) * Math.sin(Math.PI * second) ** 2,
    );
    response.type('audio/x-wav').send(Buffer.from(sound));
  });
  router.use(() => {
    throw new RestError(20404);
  });
  router.use(showRestError);
  return router;
}
