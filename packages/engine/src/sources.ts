/** The sources that speak the webhook pair: their secrets are opened here and nowhere else. */
import { randomUUID } from 'node:crypto';
import type { HttpSource, SourceTrust } from '@patchbay/contracts';
import { sourceTrust } from '@patchbay/contracts';
import { newSecret } from '@patchbay/channels/http/signature';
import type { HttpSourceSettings } from '@patchbay/channels/http/source';
import type { Queryable } from '@patchbay/store';
import {
  type HttpSourceChange,
  type HttpSourceRow,
  insertHttpSource,
  readHttpSource,
  rotateHttpSecret,
  updateHttpSource,
} from '@patchbay/store/queries/http-sources';
import type { Parts } from './parts.ts';

/** How long a source is remembered: another process that changes it is heard of after so long. Milliseconds. */
const rememberedMs = 5_000;
/** How long the secret before the present one holds. Milliseconds. */
export const rotationMs = 24 * 3600_000;
const anyId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export type NewSource = HttpSourceChange & { readonly kind: 'app' | 'form' };

export interface Sources {
  read(id: string): Promise<HttpSourceSettings | null>;
  /** Answers the id and the secret, which nobody is told again. */
  create(tx: Queryable, source: NewSource): Promise<{ id: string; secret: string }>;
  /** False when there is no such source of an app. */
  update(id: string, change: HttpSourceChange): Promise<boolean>;
  /** Null when there is no such source of an app. */
  rotate(id: string): Promise<string | null>;
}

export function createSources(parts: Pick<Parts, 'config' | 'db' | 'now' | 'vault'>): Sources {
  const { db, vault, now } = parts;
  const remembered = new Map<string, { settings: HttpSourceSettings; until: number }>();
  return {
    async read(id) {
      if (!anyId.test(id)) return null;
      const kept = remembered.get(id);
      if (kept && kept.until > now().getTime()) return kept.settings;
      const row = await readHttpSource(db.sql, id);
      remembered.delete(id);
      if (!row) return null;
      const settings = settingsOf(parts, row);
      // Not beyond the end of an old secret.
      const until = Math.min(
        now().getTime() + rememberedMs,
        (settings.secrets[1] && row.previousUntil?.getTime()) || Infinity,
      );
      remembered.set(id, { settings, until });
      return settings;
    },
    async create(tx, source) {
      const id = randomUUID();
      const secret = newSecret();
      await insertHttpSource(tx, {
        ...source,
        id,
        secret: vault.seal(secret, contextOf(id)),
        replyAccount: parts.config.mailFrom,
      });
      return { id, secret };
    },
    async update(id, change) {
      const done = await updateHttpSource(db.sql, id, change);
      remembered.delete(id);
      return done;
    },
    async rotate(id) {
      const secret = newSecret();
      const until = new Date(now().getTime() + rotationMs);
      const done = await rotateHttpSecret(db.sql, id, vault.seal(secret, contextOf(id)), until);
      remembered.delete(id);
      return done ? secret : null;
    },
  };
}

const contextOf = (id: string): string => `http-source:${id}`;

function settingsOf({ vault, now }: Pick<Parts, 'vault' | 'now'>, row: HttpSourceRow): HttpSourceSettings {
  const stillHolds = row.previousSecret !== null && row.previousUntil !== null && row.previousUntil > now();
  const sealed = stillHolds && row.previousSecret !== null ? [row.secret, row.previousSecret] : [row.secret];
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
    previousUntil: row.previousUntil?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}
