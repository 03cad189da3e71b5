/** The generic channel: any source that speaks the signed webhook pair (docs/http-channel.md). */
import { HubError } from '@patchbay/contracts';
import type { Channel, ChannelDeps, ChannelFactory, ChannelRequest } from '../channel.ts';
import { outgoingRequest } from '../outgoing-address.ts';
import { retryAfterMs } from '../retry-after.ts';
import { findTaken } from './find-taken.ts';
import { contactFromMessage, jsonOf, largestFile, reportFromStatus } from './schema.ts';
import { sendMessage } from './send.ts';
import { verifySignature } from './signature.ts';
import { type HttpSourceSettings, sourceIdOf } from './source.ts';

const messagePath = '/webhooks/http/:sourceId';
const statusPath = `${messagePath}/status`;
/** Bytes of a request: one attachment of the largest size in base64, and the rest of the message. */
const requestLimit = 15 * 1024 * 1024;

export const createHttpChannel: ChannelFactory = (deps): Channel => ({
  name: 'http',
  capabilities: {
    intake: 'push',
    live: false,
    text: true,
    html: true,
    subject: false,
    attachments: true,
    copies: false,
    acknowledges: true,
    continuationMs: 0,
    reports: ['delivered', 'read'],
  },
  webhookPaths: [messagePath, statusPath],
  webhookLimit: requestLimit,
  async expects(request) {
    await enabledSource(deps, request);
  },
  async verify(request) {
    const check = ({ secrets }: HttpSourceSettings) =>
      verifySignature(secrets, request.headers, request.body, deps.now());
    try {
      check(await enabledSource(deps, request));
    } catch (error) {
      if (!(error instanceof HubError && error.code === 'bad_signature')) throw error;
      // By a secret that was given a moment ago, and maybe by another process.
      check(await enabledSource(deps, request, true));
    }
  },
  async parse(request) {
    if (request.path === statusPath) return [];
    const source = await enabledSource(deps, request);
    const contact = await contactFromMessage(jsonOf(request.body), source, {
      files: deps.files,
      directory: deps.httpSources,
      now: deps.now(),
    });
    return [contact];
  },
  parseStatus: (request) =>
    request.path === statusPath ? reportFromStatus(jsonOf(request.body), sourceIdIn(request), deps.now()) : [],
  reply: (_request, received = []) => ({
    status: 202,
    contentType: 'application/json',
    body: JSON.stringify(received[0] ? { id: received[0].externalId, outcome: received[0].outcome } : {}),
  }),
  send: async (message, signal) =>
    sendMessage(message, await deps.httpSources.source(sourceIdOf(message.channelAccount)), deps, signal),
  findSent: async (message, asked, signal) =>
    findTaken(message, asked, await deps.httpSources.source(sourceIdOf(message.channelAccount)), deps, signal),
  fetchFile: (url, signal) => fetchFile(url, deps, signal),
});

type Addressed = Pick<ChannelRequest, 'params'>;
const sourceIdIn = (request: Addressed): string => request.params?.['sourceId'] ?? '';

/** @throws HubError `not_found`, alike for a source that is switched off and for one that never was */
async function enabledSource(deps: ChannelDeps, request: Addressed, fresh = false): Promise<HttpSourceSettings> {
  const source = await deps.httpSources.source(sourceIdIn(request), { fresh });
  if (!source?.enabled) throw new HubError('not_found', 'There is no such source');
  return source;
}

async function fetchFile(url: string, { config }: ChannelDeps, signal: AbortSignal) {
  const answer = await outgoingRequest(url, {
    method: 'GET',
    limit: largestFile,
    signal,
    allowPrivate: config.privateAddresses,
  }).catch((cause: unknown) => {
    throw cause instanceof HubError
      ? cause
      : new HubError('provider_unavailable', 'The file could not be fetched', { cause });
  });
  const { status, headers, body } = answer;
  if (status < 200 || status >= 300) {
    const asked = typeof headers['retry-after'] === 'string' ? headers['retry-after'] : null;
    const again = status >= 500 || status === 429;
    throw new HubError(
      again ? 'provider_unavailable' : 'provider_refused',
      `HTTP ${status} was answered for the file`,
      { retryAfterMs: retryAfterMs(asked, Date.now()) },
    );
  }
  const contentType = typeof headers['content-type'] === 'string' ? headers['content-type'] : '';
  // The name stays the one that the message gave.
  return { bytes: body, contentType, filename: '' };
}
