/** Every channel of the hub. Adding one is a folder beside these and a line here. */
import type { ChannelFactory } from './channel.ts';
import { createChatChannel } from './chat/index.ts';
import { createEmailChannel } from './email/index.ts';
import { createHttpChannel } from './http/index.ts';
import { createPhoneChannel } from './phone/index.ts';
import { createSmsChannel } from './sms/index.ts';
import { createWhatsappChannel } from './whatsapp/index.ts';

export const channelFactories: readonly ChannelFactory[] = [
  createEmailChannel,
  createSmsChannel,
  createWhatsappChannel,
  createChatChannel,
  createPhoneChannel,
  createHttpChannel,
];
