import { HubError } from '@patchbay/contracts';
import nodemailer from 'nodemailer';

export interface TypedMail {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}
/** Hands a mail over. Throws `provider_refused` with the server's answer, or `provider_unavailable`. */
export type SendMail = (mail: TypedMail) => Promise<{ messageId: string }>;

/** Sends as a stranger's mail server would: plain SMTP to the hub's inlet. */
export function smtpMail(options: { host: string; port: number }): SendMail {
  return async (mail) => {
    const transport = nodemailer.createTransport({
      ...options,
      secure: false,
      ignoreTLS: true,
      connectionTimeout: 5000,
      socketTimeout: 15_000,
    });
    try {
      const { messageId } = await transport.sendMail({ ...mail, envelope: { from: mail.from, to: [mail.to] } });
      return { messageId };
    } catch (cause) {
      const answered =
        cause instanceof Error &&
        'responseCode' in cause &&
        typeof cause.responseCode === 'number' &&
        'response' in cause;
      if (!answered) throw new HubError('provider_unavailable', 'The mail inlet cannot be reached', { cause });
      throw new HubError(
        Number(cause.responseCode) >= 500 ? 'provider_refused' : 'provider_unavailable',
        String(cause.response),
        { cause },
      );
    } finally {
      transport.close();
    }
  };
}
