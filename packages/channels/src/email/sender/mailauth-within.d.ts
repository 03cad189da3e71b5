/** What is used of mailauth that it has no types for. `authenticity.test.ts` fails if it is no longer so. */
declare module 'mailauth/lib/dkim/dkim-verifier.js' {
  import type { Writable } from 'node:stream';
  import type { DKIMVerifyOptions, DKIMVerifyResult } from 'mailauth';

  interface ReadSignature {
    readonly type: string;
    readonly selector: string;
    readonly signingDomain: string;
    readonly hashAlgo?: string;
    /** It is not looked at; why. */
    readonly skip?: string;
    readonly invalid?: string;
  }

  export class DkimVerifier extends Writable {
    constructor(options: DKIMVerifyOptions);
    readonly headerFrom: DKIMVerifyResult['headerFrom'];
    readonly fromFields: DKIMVerifyResult['fromFields'];
    readonly results: DKIMVerifyResult['results'];
    readonly signatureHeaders: readonly ReadSignature[];
    /** Each key is asked for once. */
    readonly keyCache: {
      get(
        type: string,
        name: string,
        minBitLength: undefined,
        options: { strict: boolean; hashAlgo?: string },
      ): Promise<unknown>;
    };
    /** The head is read; the body comes after. */
    messageHeaders(headers: unknown): Promise<void>;
  }
}
