/** What a centre starts with before anybody has set it up: a queue per way of working, and how much an agent takes at once. */

/** The channels' names as the glossary in contracts has them; configuration stands below contracts' users and spells them itself. */
type SeedChannel = 'email' | 'sms' | 'whatsapp' | 'chat' | 'phone' | 'http';

export interface SeedQueue {
  readonly name: string;
  readonly channels: readonly SeedChannel[];
}

export interface Seed {
  readonly queues: readonly SeedQueue[];
  /** How many contacts of a channel one agent works on at the same time. */
  readonly capacities: Readonly<Record<SeedChannel, number>>;
  /** Seconds that an agent has to accept an offer; a channel that is not named takes OFFER_SECONDS. */
  readonly offerSeconds: Readonly<Partial<Record<SeedChannel, number>>>;
}

/** A caller who hears the phone ring gives up sooner than a mail does. */
export const seed: Seed = {
  queues: [
    { name: 'Email', channels: ['email'] },
    { name: 'Messages', channels: ['sms', 'whatsapp'] },
    { name: 'Web', channels: ['http'] },
    { name: 'Chat', channels: ['chat'] },
    { name: 'Phone', channels: ['phone'] },
  ],
  capacities: { email: 5, sms: 5, whatsapp: 5, http: 5, chat: 3, phone: 1 },
  offerSeconds: { phone: 20 },
};
