/** The sources that speak the webhook pair: their secrets are opened here and nowhere else. */
import type { HttpSource, SourceTrust } from '@patchbay/contracts';
import { HubError, sourceTrust } from '@patchbay/contracts';
import { newSecret } from '@patchbay/channels/http/signature';
import type { HttpSourceSettings } from '@patchbay/channels/http/source';
import type { Queryable } from '@patchbay/store';
import {
  type HttpSourceChange,
  type HttpSourceRow,
  insertHttpSource,
  readHttpSource,
  rotateHttpSecret,
} from '@patchbay/store/queries/http-sources';
import type { Parts } from './parts.ts';
import { secretMark } from './setting-changes.ts';

/** How long a source is remembered: another process that changes it is heard of after so long. Milliseconds. */
const rememberedMs = 5_000;
/** How long a secret holds after another one was given. Milliseconds. */
const rotationMs = 24 * 3600_000;
/** Secrets that hold besides the present one: a message for the source is signed with each of them. */
const mostPrevious = 4;
const anyId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export type NewSource = HttpSourceChange & { readonly kind: 'app' | 'form' };

export interface Sources {
  /** `fresh`: as it is at this moment, whatever is remembered. */
  read(id: string, options?: { readonly fresh?: boolean }): Promise<HttpSourceSettings | null>;
  /** Answers the secret, which nobody is told again. */
  create(tx: Queryable, id: string, source: NewSource): Promise<string>;
  /** Answers the secret. To be called in a transaction. @throws HubError `not_found`, `conflict` when too many hold at once */
  rotate(tx: Queryable, id: string): Promise<string>;
  /** To be called after a change has been committed. */
  forget(id: string): void;
}

export function createSources(parts: Pick<Parts, 'config' | 'db' | 'now' | 'vault'>): Sources {
  const { db, vault, now } = parts;
  const remembered = new Map<string, { settings: HttpSourceSettings; until: number }>();
  return {
    async read(id, { fresh = false } = {}) {
      if (!anyId.test(id)) return null;
      const kept = remembered.get(id);
      const at = now().getTime();
      // A clock that was set back makes nothing new again.
      if (!fresh && kept && kept.until > at && kept.until <= at + rememberedMs) return kept.settings;
      const row = await readHttpSource(db.sql, id);
      remembered.delete(id);
      if (!row) return null;
      const settings = settingsOf(parts, row);
      // Whoever switches one on waits for it; and none is remembered beyond the end of one of its secrets.
      const ends = holding(row, now()).map(({ until }) => Date.parse(until));
      if (row.enabled) remembered.set(id, { settings, until: Math.min(at + rememberedMs, ...ends) });
      return settings;
    },
    async create(tx, id, source) {
      const secret = newSecret();
      await insertHttpSource(tx, {
        ...source,
        id,
        secret: vault.seal(secret, contextOf(id)),
        replyAccount: parts.config.mailFrom,
      });
      return secret;
    },
    async rotate(tx, id) {
      const secret = newSecret();
      const times = { now: now(), until: new Date(now().getTime() + rotationMs) };
      const outcome = await rotateHttpSecret(tx, id, vault.seal(secret, contextOf(id)), times, mostPrevious);
      if (outcome === 'not-found') throw noSuchSource();
      if (outcome === 'full')
        throw new HubError(
          'conflict',
          `${mostPrevious + 1} secrets of this source hold at present; wait until one ends`,
        );
      return secret;
    },
    forget: (id) => void remembered.delete(id),
  };
}

export const noSuchSource = () => new HubError('not_found', 'There is no such source of an app');

const contextOf = (id: string): string => `http-source:${id}`;

const holding = (row: HttpSourceRow, now: Date) =>
  row.previous.filter(({ until }) => Date.parse(until) > now.getTime());

function settingsOf({ vault, now }: Pick<Parts, 'vault' | 'now'>, row: HttpSourceRow): HttpSourceSettings {
  const sealed = [row.secret, ...holding(row, now()).map(({ secret }) => secret)];
  return {
    id: row.id,
    kind: row.kind,
    secrets: sealed.map((text) => vault.unseal(text, contextOf(row.id))),
    outboundUrl: row.outboundUrl,
    replyBy: row.replyBy,
    trust: trustOf(row),
    enabled: row.enabled,
  };
}

const trustOf = (row: HttpSourceRow): SourceTrust => sourceTrust.parse(row.trust);

/** A source as the API shows it, without its secrets. */
export function presentSource(row: HttpSourceRow, publicUrl: string): HttpSource {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    url: `${publicUrl}/webhooks/http/${row.id}`,
    outboundUrl: row.outboundUrl,
    replyBy: row.replyBy,
    trust: trustOf(row),
    enabled: row.enabled,
    previousUntil: row.previous[0] ? new Date(row.previous[0].until).toISOString() : null,
    createdAt: row.createdAt.toISOString(),
  };
}

/** A source as events tell of it: a mark in place of its secret. */
export async function recordedSource(sql: Queryable, id: string): Promise<object | null> {
  const row = await readHttpSource(sql, id);
  if (!row) return null;
  const { name, kind, outboundUrl, replyBy, enabled, secret } = row;
  return { name, kind, outboundUrl, replyBy, trust: trustOf(row), enabled, secretMark: secretMark(secret) };
}
