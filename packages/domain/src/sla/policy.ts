/** Which targets hold for a ticket (service norm R1). */
import type { BusinessCalendar, ChannelName, ServicePlan, ServicePolicy } from '@patchbay/contracts';

export interface TicketTraits {
  readonly channel: ChannelName;
  readonly queueId: string | null;
  readonly requestType: string | null;
  /** Of its customer. */
  readonly grade: string | null;
}

type When = { readonly [K in keyof ServicePolicy['when']]?: readonly string[] };

/** Why it fits, one word for each condition; null when it does not. An empty condition fits everything. */
export function fits(when: When, traits: TicketTraits): string[] | null {
  const tests: [string, readonly string[] | undefined, string | null][] = [
    ['channel', when.channels, traits.channel],
    ['queue', when.queueIds, traits.queueId],
    ['request type', when.requestTypes, traits.requestType],
    ['grade', when.grades, traits.grade],
  ];
  const asked = tests.filter(([, wanted]) => wanted !== undefined && wanted.length > 0);
  if (asked.some(([, wanted, has]) => has === null || !wanted?.includes(has))) return null;
  return asked.map(([word, , has]) => (word === 'queue' ? 'queue' : `${word} ${has}`));
}

/** The first policy that fits, and why. The reason names the policy in English. */
export function choosePolicy(
  { policies }: Pick<ServicePlan, 'policies'>,
  traits: TicketTraits,
): { policy: ServicePolicy | null; reason: string } {
  for (const policy of policies) {
    const why = fits(policy.when, traits);
    if (why)
      return {
        policy,
        reason: why.length === 0 ? `${policy.nameEn}: holds for every ticket` : `${policy.nameEn}: ${why.join(', ')}`,
      };
  }
  return { policy: null, reason: 'No policy fits the ticket' };
}

/** Whether a ticket's policy may depend on its customer's grade. */
export const asksForGrade = ({ policies }: Pick<ServicePlan, 'policies'>): boolean =>
  policies.some(({ when }) => when.grades.length > 0);

const any = { channels: [], queueIds: [], requestTypes: [], grades: [] };

/**
 * What a centre begins with (service norm R1): a call or call-back within 30 minutes of open time, whatever is written within 24 hours, a
 * complaint acknowledged within 24 hours and resolved within 72. Hours are told to customers, and so count around the clock.
 */
export function defaultPlan(calendar: BusinessCalendar): ServicePlan {
  return {
    calendars: [calendar],
    defaultCalendar: calendar.key,
    policies: [
      {
        id: 'complaints',
        nameEn: 'Complaints',
        nameZh: '投诉',
        when: { ...any, requestTypes: ['complaint'] },
        calendar: calendar.key,
        targets: [
          { clock: 'complaint-acknowledgement', minutes: 24 * 60, time: 'calendar', warnAt: 75 },
          { clock: 'complaint-resolution', minutes: 72 * 60, time: 'calendar', warnAt: 75 },
        ],
      },
      {
        id: 'calls',
        nameEn: 'Calls',
        nameZh: '电话',
        when: { ...any, channels: ['phone'] },
        calendar: calendar.key,
        targets: [{ clock: 'first-response', minutes: 30, time: 'business', warnAt: 70 }],
      },
      {
        id: 'written',
        nameEn: 'Mail and messages',
        nameZh: '邮件与消息',
        when: any,
        calendar: calendar.key,
        targets: [
          { clock: 'first-response', minutes: 24 * 60, time: 'calendar', warnAt: 75 },
          { clock: 'next-response', minutes: 24 * 60, time: 'calendar', warnAt: 75 },
        ],
      },
    ],
  };
}
