/** Whether a request that got no answer can have reached its receiver. */

/** Failures that come before the first byte of a request is written: name resolution, connecting, the TLS handshake. */
const neverLeft =
  /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_\w+|ERR_SSL_\w+|CERT_\w+|\w*SELF_SIGNED\w*|UNABLE_TO_\w+)$/;

function causeCodes(error: unknown): string[] {
  const codes: string[] = [];
  for (let current = error; current instanceof Error && codes.length < 5; current = current.cause) {
    if ('code' in current && typeof current.code === 'string') codes.push(current.code);
    // Connecting to a name with several addresses fails with one error per address.
    if (current instanceof AggregateError) codes.push(...current.errors.flatMap((inner: unknown) => causeCodes(inner)));
  }
  return codes;
}

/** There was no connection on which a request could have been written, whatever the reason was: also one that was given too little time. */
export class NotConnected extends Error {
  constructor(cause: unknown) {
    super('No connection', { cause });
  }
}

export const mayHaveLeft = (error: unknown): boolean => !causeCodes(error).some((code) => neverLeft.test(code));
