/** Amazon SES tells of bounces, complaints and deliveries by a JSON object, which SNS also sends as mail (SES developer guide, "Notification contents"). */
import { z } from 'zod';
import { normaliseEmail } from '@patchbay/domain';
import { failureOf } from './failure-reason.ts';
import type { RecipientReport } from './reports.ts';
import { messageIds } from '../threading.ts';

const recipients = z.array(
  z.object({ emailAddress: z.string(), status: z.string().optional(), diagnosticCode: z.string().optional() }),
);
const notification = z.object({
  notificationType: z.string().optional(),
  eventType: z.string().optional(),
  bounce: z
    .object({ bounceType: z.string().optional(), bounceSubType: z.string().optional(), bouncedRecipients: recipients })
    .optional(),
  complaint: z.object({ complainedRecipients: recipients, complaintFeedbackType: z.string().optional() }).optional(),
  delivery: z.object({ recipients: z.array(z.string()), smtpResponse: z.string().optional() }).optional(),
  mail: z
    .object({
      messageId: z.string().optional(),
      headers: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
    })
    .optional(),
});

export function providerReports(text: string): RecipientReport[] {
  const object = jsonAtStart(text);
  const parsed = notification.safeParse(object);
  if (!parsed.success) return [];
  const { bounce, complaint, delivery, mail } = parsed.data;
  const id = mail?.headers?.find((header) => header.name.toLowerCase() === 'message-id')?.value;
  const messageId = id === undefined ? undefined : messageIds(id)[0];
  const about = messageId === undefined ? {} : { messageId };
  const named = (address: string) => {
    const recipient = normaliseEmail(address.replace(/^.*<([^<>]+)>.*$/, '$1'));
    return recipient === null ? {} : { recipient };
  };
  return [
    ...(bounce?.bouncedRecipients ?? []).map((one) => {
      const { permanent, ...codes } = failureOf({ status: one.status, diagnostic: one.diagnosticCode ?? '', text: '' });
      return {
        ...about,
        ...named(one.emailAddress),
        result: 'failed' as const,
        permanent:
          bounce?.bounceType === 'Permanent' &&
          (permanent || bounce.bounceSubType === 'NoEmail' || bounce.bounceSubType === 'Suppressed'),
        ...codes,
        ...(one.diagnosticCode !== undefined && { diagnostic: one.diagnosticCode }),
      };
    }),
    ...(complaint?.complainedRecipients ?? []).map((one) => ({
      ...about,
      ...named(one.emailAddress),
      result: 'complained' as const,
      permanent: false,
      ...(complaint?.complaintFeedbackType !== undefined && { diagnostic: complaint.complaintFeedbackType }),
    })),
    ...(delivery?.recipients ?? []).map((address) => {
      const { permanent: _, ...codes } = failureOf({
        status: undefined,
        diagnostic: delivery?.smtpResponse ?? '',
        text: '',
      });
      return { ...about, ...named(address), result: 'delivered' as const, permanent: false, ...codes };
    }),
  ];
}

/** SNS puts a line of dashes and words of its own behind the object. */
function jsonAtStart(text: string): unknown {
  const start = text.trimStart();
  if (!start.startsWith('{')) return undefined;
  const end = start.search(/\n--\s*\n/);
  const body = end < 0 ? start : start.slice(0, end);
  try {
    const value: unknown = JSON.parse(body.trim());
    // SNS without raw delivery wraps the notification in its own envelope.
    const inner = z.object({ Message: z.string() }).safeParse(value);
    return inner.success ? (JSON.parse(inner.data.Message) as unknown) : value;
  } catch {
    return undefined;
  }
}
