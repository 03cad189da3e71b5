import type { ChannelDeps } from '@patchbay/channels/channel';
import type { Logger } from 'pino';
import type { MailAccountOptions } from './mail-accounts/supervisor.ts';
import type { Parts } from './parts.ts';
import type { Rush } from './rush.ts';

/** What of a hub may be another than the configuration makes it. */
export interface HubOverrides {
  /** What adapters are made of; tests put a part of their own here. */
  channels?: (channels: Parts['channels']) => Parts['channels'];
  log?: Logger;
  now?: () => Date;
  /** Name service for the checks of mail. */
  dns?: ChannelDeps['dns'];
  /** How many jobs run at once in this process. */
  concurrency?: { ingest: number; media: number; dispatch: number };
  sending?: Partial<Parts['sending']>;
  /** So long bytes stay that were just stored. Milliseconds. */
  fileGraceMs?: number;
  rush?: Rush;
  /** How mailboxes are watched. */
  mailAccounts?: MailAccountOptions;
  /** Simulated seconds in a real one, for the carrier simulator. */
  simulatorSpeed?: number;
}
