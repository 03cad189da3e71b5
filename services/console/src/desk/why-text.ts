/** Why work went to whom, in the reader's language, from the data of the decision. */
import { routingWhy, type RoutingWhy } from '@patchbay/contracts';
import { clock } from '@patchbay/ui';
import type { TFunction } from 'i18next';

/** Null for what carries none, and for decisions of a later version. */
export function whyText(t: TFunction, data: unknown): string | null {
  const parsed = routingWhy.safeParse(data);
  if (!parsed.success) return null;
  const why = parsed.data;
  const { priority, waitedSeconds, lowered } = why;
  return [
    t(`why.code.${why.code}`, {
      agent: why.agentName ?? '',
      idle: clock(why.idleSeconds ?? 0),
      points: why.skillPoints ?? 0,
    }),
    lowered ? t('why.lowered', { count: lowered }) : '',
    waitedSeconds === undefined ? '' : t('why.waited', { time: clock(waitedSeconds) }),
    priority
      ? t('why.priority', {
          total: rounded(priority.total),
          queue: rounded(priority.queue),
          ticket: rounded(priority.ticket),
          waiting: rounded(priority.waiting),
        })
      : '',
    countsText(t, why),
  ]
    .filter(Boolean)
    .join(' ');
}

const rounded = (value: number): number => Math.round(value * 10) / 10;

function countsText(t: TFunction, { counts = {}, agents }: RoutingWhy): string {
  const parts = routingWhy.shape.counts
    .unwrap()
    .keyType.options.flatMap((cause) =>
      counts[cause] ? [t('why.count', { cause: t(`why.cause.${cause}`), count: counts[cause] })] : [],
    );
  if (agents === undefined || parts.length === 0) return '';
  return t('why.others', { list: parts.join(t('why.comma')) });
}
