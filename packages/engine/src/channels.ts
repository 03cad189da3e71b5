/** Makes the adapters, each given what the hub has for it. */
import { createHmac } from 'node:crypto';
import type { HubConfig } from '@patchbay/config';
import type { Channel, ChannelDeps } from '@patchbay/channels/channel';
import { channelFactories } from '@patchbay/channels/registry';
import type { ChannelName } from '@patchbay/contracts';
import { isInboxName, ticketsOfSent } from '@patchbay/store';
import { readRequestType } from '@patchbay/store/queries/request-types';
import { callSituation } from './pipeline/calls.ts';
import { sendingServer } from './mail-accounts/sending-servers.ts';
import { ourAddresses } from './our-addresses.ts';
import { endQuarantineOf, quarantine, receive } from './pipeline/receive.ts';
import type { Parts } from './parts.ts';

/** The carrier's account: the configured one, or the simulator's, whose secret every process derives from the centre's key. */
export function carrierAccount(config: HubConfig, signingKey: Uint8Array) {
  const simulated = {
    accountSid: 'AC00000000000000000000000000000000',
    authToken: createHmac('sha256', signingKey).update('carrier simulator').digest('hex').slice(0, 32),
  };
  const account = config.twilio ?? simulated;
  const apiBaseUrl =
    config.twilioApiBaseUrl ?? (config.simulator ? `${config.publicUrl}/simulator/carrier` : undefined);
  return { ...account, apiBaseUrl, number: config.twilioNumber, whatsappNumber: config.twilioWhatsappNumber };
}

/** `parts` is asked for when it is used: adapters and the rest of the hub need each other. */
export function createChannels(
  parts: () => Parts,
  base: Pick<Parts, 'config' | 'files' | 'log' | 'now' | 'signingKey'>,
  dns?: ChannelDeps['dns'],
): ReadonlyMap<ChannelName, Channel> {
  const { config } = base;
  const deps: ChannelDeps = {
    config: {
      publicUrl: config.publicUrl,
      host: config.host,
      smtpInletPort: config.smtpInletPort,
      mailDomains: config.mailDomains,
      smtpUrl: config.smtpUrl,
      mailFrom: config.mailFrom,
      mailTrust: config.mailTrust,
      centreName: config.centreName,
      privateAddresses: config.outgoingPrivateAddresses,
      twilio: carrierAccount(config, base.signingKey),
    },
    files: base.files,
    log: base.log,
    now: base.now,
    signingKey: base.signingKey,
    receive: (contact, raw) => receive(parts(), contact, raw),
    quarantine: ({ reason, ...origin }, raw) => quarantine(parts(), origin, reason, raw),
    endQuarantine: ({ channelAccount, externalId }, reason) =>
      endQuarantineOf(parts(), channelAccount, externalId, reason),
    isKept: ({ channelAccount, externalId }) => isInboxName(parts().db.sql, channelAccount, externalId),
    callSituation: (callSid) => callSituation(parts(), callSid),
    httpSources: {
      source: (id, options) => parts().sources.read(id, options),
      requestFields: async (type) => (await readRequestType(parts().db.sql, type))?.fields ?? null,
    },
    ourAddresses: () => ourAddresses(parts().db),
    sendingServer: (address) => sendingServer(parts(), address),
    ticketsOfSent: (messageIds) => ticketsOfSent(parts().db.sql, messageIds),
    ...(dns && { dns }),
  };
  return new Map(channelFactories.map((create) => create(deps)).map((channel) => [channel.name, channel]));
}
