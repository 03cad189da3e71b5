/** Secrets at rest: what providers entrust to the hub is kept sealed, so that a copy of the database alone opens nothing. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

export interface Vault {
  /** `context` names whose secret it is (the row's id): sealed text that is moved to another row does not open there. */
  seal(plain: string, context: string): string;
  /** @throws Error when the text was sealed with another key, for another context, or was changed; the message holds no secret. */
  unseal(sealed: string, context: string): string;
}

/** Says which form the rest has, so that a later form can be told apart. */
const prefix = 'v1.';
// Sizes in bytes that NIST SP 800-38D recommends for GCM.
const nonceSize = 12;
const tagSize = 16;

/** AES-256-GCM with a random nonce for each secret. `key` is 32 bytes. */
export function createVault(key: Uint8Array): Vault {
  if (key.length !== 32) throw new RangeError('The key of a vault is 32 bytes');
  return {
    seal(plain, context) {
      const nonce = randomBytes(nonceSize);
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagSize });
      cipher.setAAD(Buffer.from(context));
      const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return prefix + Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url');
    },
    unseal(sealed, context) {
      const bytes = Buffer.from(sealed.slice(prefix.length), 'base64url');
      if (!sealed.startsWith(prefix) || bytes.length < nonceSize + tagSize) throw notOpened();
      const opener = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceSize), { authTagLength: tagSize });
      opener.setAAD(Buffer.from(context));
      opener.setAuthTag(bytes.subarray(nonceSize, nonceSize + tagSize));
      try {
        return Buffer.concat([opener.update(bytes.subarray(nonceSize + tagSize)), opener.final()]).toString('utf8');
      } catch (cause) {
        throw notOpened(cause);
      }
    },
  };
}

function notOpened(cause?: unknown): Error {
  return new Error('The stored secret cannot be opened with the present SECRET_KEY', { cause });
}
