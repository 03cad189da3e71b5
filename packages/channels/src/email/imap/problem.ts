/** Turns whatever goes wrong with a mailbox into a {@link MailProblem}: a code for programs, a sentence for people, no secrets. */
import { HubError, type MailProblemCode } from '@patchbay/contracts';
import { MailProblem } from '../../mailbox.ts';

interface Failure {
  readonly code?: string;
  readonly message?: string;
  readonly authenticationFailed?: boolean;
  readonly mailboxMissing?: boolean;
  readonly responseText?: string;
  readonly responseStatus?: string;
  readonly serverResponseCode?: string;
  readonly response?:
    | string
    | { readonly attributes?: readonly { readonly section?: readonly { readonly value?: string }[] }[] };
}

const byCode: [RegExp, MailProblemCode, string][] = [
  [/^(ENOTFOUND|EAI_\w+)$/, 'host-not-found', 'The server was not found; is its name right?'],
  [/^ECONNREFUSED$/, 'connection', 'The server refuses connections on this port'],
  [/(TIMEOUT|TIMEDOUT)$/, 'timeout', 'The server does not answer'],
  [
    /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT|HOSTNAME_MISMATCH|CRL_|INVALID_CA)/,
    'certificate',
    "The server's certificate cannot be trusted",
  ],
  [
    /^(EPROTO|ERR_SSL_|ERR_TLS_|STARTTLS|ClosedAfterConnectTLS)/,
    'encryption',
    'No encrypted connection could be made; is it the right port for this kind of encryption?',
  ],
  [
    /^(ECONN|EHOST|ENET|EPIPE|EADDR|NoConnection|EConnectionClosed|ClosedAfterConnect|StateLogout)/,
    'connection',
    'The connection to the server was lost',
  ],
];

/** What a server says that cannot hand out something now and may later (RFC 5530); THROTTLED and OVERQUOTA: Google and Microsoft, of commands and bytes. */
const forNow = /^(UNAVAILABLE|INUSE|LIMIT|THROTTLED|OVERQUOTA)$/;

/** Whether a refusal says nothing of what was asked for. */
export const isForNow = (error: unknown): boolean =>
  (error as Failure | null)?.code === 'ETHROTTLE' || forNow.test(codeOf(error));

/** Whether a mail was refused because it is gone (RFC 5530 §3). */
export const isExpunged = (error: unknown): boolean => codeOf(error) === 'EXPUNGEISSUED';

/** imapflow leaves the response code of a refused FETCH where its parser put it. */
function codeOf(error: unknown): string {
  const { serverResponseCode, response } = (error ?? {}) as Failure;
  const section = typeof response === 'object' ? response.attributes?.[0]?.section?.[0] : undefined;
  return serverResponseCode ?? section?.value?.toUpperCase() ?? '';
}

/** `secrets` never appear in the text, also when the server repeats them. */
export function problemOf(error: unknown, secrets: readonly string[] = []): MailProblem {
  if (error instanceof MailProblem) return error;
  if (error instanceof HubError)
    return new MailProblem('hub', `The mail could not be taken in: ${error.message}`, error);
  const failure = (error ?? {}) as Failure;
  const said = quoted(failure.responseText, secrets);
  const temporary = /^(UNAVAILABLE|INUSE|LIMIT|SERVERBUG)$/.test(failure.serverResponseCode ?? '');
  if (failure.authenticationFailed && !temporary)
    return new MailProblem('authentication', `The server refused the sign-in${said}`, error);
  if (failure.mailboxMissing || /^(NONEXISTENT|TRYCREATE)$/.test(failure.serverResponseCode ?? ''))
    return new MailProblem('folder-missing', 'The folder is not in the mailbox', error);
  if (failure.responseStatus) return new MailProblem('server', `The server refused a command${said}`, error);
  const known = byCode.find(([pattern]) => pattern.test(failure.code ?? ''));
  if (known) return new MailProblem(known[1], known[2], error);
  if (/STARTTLS/i.test(failure.message ?? ''))
    return new MailProblem('encryption', 'The server offers no encryption (STARTTLS) on this port', error);
  if (/authentication mechanism/i.test(failure.message ?? ''))
    return new MailProblem('authentication', 'The server offers no way to sign in that is supported here', error);
  return new MailProblem('server', `The server could not be understood${quoted(failure.code, secrets)}`, error);
}

function quoted(text: string | undefined, secrets: readonly string[]): string {
  let told = text ?? '';
  for (const secret of secrets.filter((one) => one !== '')) {
    // Also as a quoted string (RFC 9051 §4.3), and as a sign-in has it on the wire, beside the name of the user (RFC 4616) or cut off.
    told = told.replaceAll(secret, '…').replaceAll(secret.replaceAll(/["\\]/g, String.raw`\$&`), '…');
    told = told.replaceAll(/[\w+/]{4,}={0,2}/g, (run) => {
      const read = Buffer.from(run, 'base64').toString('latin1');
      return read.includes(Buffer.from(secret).toString('latin1')) || /^[^\0]*\0[^\0]|auth=Bearer/.test(read)
        ? '…'
        : run;
    });
  }
  told = told.replaceAll(/\s+/g, ' ').trim();
  return told === '' ? '' : `: ${told.slice(0, 300)}`;
}
