/** The endpoints that are told of events: their secrets are opened here and nowhere else. */
import { newSecret } from '@patchbay/channels/http/signature';
import { HubError, type WebhookEndpoint } from '@patchbay/contracts';
import type { Queryable } from '@patchbay/store';
import {
  readEndpoint,
  rotateEndpointSecret,
  type CountedEndpoint,
  type EndpointRow,
} from '@patchbay/store/queries/webhooks-out';
import { requireCallable } from '../callable-address.ts';
import type { Parts } from '../parts.ts';
import { secretMark } from '../setting-changes.ts';

/** How long a secret holds after another one was given. Milliseconds. */
const rotationMs = 24 * 3_600_000;

const contextOf = (id: string): string => `webhook:${id}`;

export const noSuchEndpoint = () => new HubError('not_found', 'There is no such endpoint');

/** A secret, and as it is kept. */
export function freshSecret({ vault }: Pick<Parts, 'vault'>, id: string): { secret: string; sealed: string } {
  const secret = newSecret();
  return { secret, sealed: vault.seal(secret, contextOf(id)) };
}

/** The present one holds for 24 hours more. @throws HubError `not_found` */
export async function rotateSecret(parts: Pick<Parts, 'vault' | 'now'>, tx: Queryable, id: string): Promise<string> {
  const { secret, sealed } = freshSecret(parts, id);
  const until = new Date(parts.now().getTime() + rotationMs);
  if (!(await rotateEndpointSecret(tx, id, sealed, until))) throw noSuchEndpoint();
  return secret;
}

/** Those that hold now, the newest first. */
export const secretsOf = ({ vault }: Pick<Parts, 'vault'>, { id, secret, previous }: EndpointRow): string[] =>
  [secret, ...previous.map((one) => one.secret)].map((sealed) => vault.unseal(sealed, contextOf(id)));

/** Whether the configuration lets requests to this address lead inside. */
export function mayBePrivate({ config }: Pick<Parts, 'config'>, url: string): boolean {
  if (config.outgoingPrivateAddresses) return true;
  const parsed = URL.parse(url);
  if (!parsed) return false;
  return config.outgoingAllowedHosts.some((host) => host === parsed.host || host === parsed.hostname);
}

/** @throws HubError `unprocessable` for an address that would not be called */
export function checkUrl(parts: Pick<Parts, 'config'>, url: string): void {
  requireCallable('url', url, mayBePrivate(parts, url));
}

/** As the API shows it, without its secrets. */
export function presentEndpoint(row: CountedEndpoint): WebhookEndpoint {
  const { secret: _secret, previous, failingSince, deliveredAt, createdAt, ...rest } = row;
  return {
    ...rest,
    previousUntil: previous[0] ? new Date(previous[0].until).toISOString() : null,
    failingSince: failingSince?.toISOString() ?? null,
    deliveredAt: deliveredAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  };
}

/** As events tell of it: a mark in place of its secret. */
export async function recordedEndpoint(sql: Queryable, id: string): Promise<object | null> {
  const row = await readEndpoint(sql, id);
  return (
    row && {
      name: row.name,
      url: row.url,
      events: row.events,
      enabled: row.enabled,
      secretMark: secretMark(row.secret),
    }
  );
}
