import type { RequestField, SourceTrust } from '@patchbay/contracts';

/** A source as the adapter needs it. */
export interface HttpSourceSettings {
  readonly id: string;
  readonly kind: 'app' | 'form';
  /** The present secret first; those before it while they hold. */
  readonly secrets: readonly string[];
  readonly outboundUrl: string | null;
  readonly replyBy: 'webhook' | 'email' | 'none';
  readonly trust: SourceTrust;
  readonly enabled: boolean;
}

/** What the hub looks up for the adapter. */
export interface HttpSourceDirectory {
  /** `fresh`: as it is at this moment; without it an earlier look may be answered. */
  source(id: string, options?: { readonly fresh?: boolean }): Promise<HttpSourceSettings | null>;
  /** The fields of a request type; null when there is none of that name. */
  requestFields(type: string): Promise<readonly RequestField[] | null>;
}

export const accountOf = (sourceId: string): string => `http:${sourceId}`;
/** The id in a channel account of this channel. */
export const sourceIdOf = (account: string): string => account.replace(/^http:/, '');
