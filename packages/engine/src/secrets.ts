/** Secrets at rest: what is entrusted to the hub is kept sealed, so that a copy of the database alone opens nothing. */
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';

export interface Vault {
  /** `context` names whose secret it is (the row's id): sealed text that is moved to another row does not open there. */
  seal(plain: string, context: string): string;
  /** @throws Error when the text was sealed with another key, for another context, or was changed; the message holds no secret. */
  unseal(sealed: string, context: string): string;
  /** Which key new texts are sealed with. It says nothing about the key. */
  readonly keyId: string;
  /** Looks whether there is a newer key. */
  refresh(): void;
}

// Sizes in bytes that NIST SP 800-38D recommends for GCM.
const nonceSize = 12;
const tagSize = 16;
/** `v1.` names no key; `v2.` does, and so tells at once which one opens it. */
const form = /^(?:v1|v2\.(?<keyId>[0-9a-f]{8}))\.(?<bytes>[\w-]+)$/;

/** The first 32 bits of the key's digest: enough to tell a few keys apart. */
const idOf = (key: Uint8Array): string =>
  createHash('sha256').update('patchbay-key').update(key).digest('hex').slice(0, 8);

/** Which key opens a sealed text; `v1` where it does not say. Null when it is no sealed text. */
export function keyIdOf(sealed: string): string | null {
  const parts = form.exec(sealed);
  return parts && (parts.groups?.['keyId'] ?? 'v1');
}

/**
 * AES-256-GCM with a random nonce for each secret. Keys are 32 bytes.
 *
 * @param keys the one that seals first, then those that still open. Asked again on `refresh`, and when a text names a key that is not
 * known: another process may have been given it.
 */
export function createVault(keys: Uint8Array | (() => readonly Uint8Array[])): Vault {
  const known = new Map<string, Uint8Array>();
  let present: { id: string; key: Uint8Array };
  const learn = () => {
    const found = typeof keys === 'function' ? keys() : [keys];
    for (const one of found) {
      if (one.length !== 32) throw new RangeError('The key of a vault is 32 bytes');
      known.set(idOf(one), one);
    }
    const [key] = found;
    if (!key) throw new RangeError('A vault needs a key');
    present = { id: idOf(key), key };
    return present;
  };
  present = learn();
  return {
    get keyId() {
      return present.id;
    },
    refresh: () => void learn(),
    seal(plain, context) {
      const nonce = randomBytes(nonceSize);
      const cipher = createCipheriv('aes-256-gcm', present.key, nonce, { authTagLength: tagSize });
      cipher.setAAD(Buffer.from(context));
      const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return `v2.${present.id}.${Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url')}`;
    },
    unseal(sealed, context) {
      const parts = form.exec(sealed)?.groups;
      const bytes = Buffer.from(parts?.['bytes'] ?? '', 'base64url');
      if (!parts || bytes.length < nonceSize + tagSize) throw notOpened();
      const named = parts['keyId'];
      if (named !== undefined && !known.has(named)) learn();
      const candidates =
        named === undefined ? [...known.values()] : [known.get(named)].filter((one) => one !== undefined);
      for (const candidate of candidates) {
        const plain = opened(candidate, bytes, context);
        if (plain !== null) return plain;
      }
      throw notOpened();
    },
  };
}

function opened(key: Uint8Array, bytes: Buffer, context: string): string | null {
  const opener = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceSize), { authTagLength: tagSize });
  opener.setAAD(Buffer.from(context));
  opener.setAuthTag(bytes.subarray(nonceSize, nonceSize + tagSize));
  try {
    return Buffer.concat([opener.update(bytes.subarray(nonceSize + tagSize)), opener.final()]).toString('utf8');
  } catch {
    return null;
  }
}

function notOpened(): Error {
  return new Error('The stored secret cannot be opened with the present SECRET_KEY');
}

/** Where a sensitive value is kept: sealed text of another table, column or row does not open there. */
export interface FieldPlace {
  readonly table: string;
  readonly column: string;
  readonly rowId: string;
}

const contextOf = ({ table, column, rowId }: FieldPlace): string => `field:${table}:${column}:${rowId}`;

/** Seals the value of a sensitive field for its place. */
export const sealField = (vault: Vault, place: FieldPlace, plain: string): string =>
  vault.seal(plain, contextOf(place));

/** @throws Error when it was sealed for another place, with a key that is gone, or was changed */
export const openField = (vault: Vault, place: FieldPlace, sealed: string): string =>
  vault.unseal(sealed, contextOf(place));

/** By what a sealed value is found: the same value of the same kind has the same index, and nobody without the key can make it. */
export type BlindIndex = (kind: string, value: string) => string;

/** HMAC-SHA-256. The key stays when those of the vault change, or nothing would be found any more. */
export const createBlindIndex =
  (key: Uint8Array): BlindIndex =>
  (kind, value) =>
    createHmac('sha256', key).update(`${kind}\0${value}`).digest('base64url');
