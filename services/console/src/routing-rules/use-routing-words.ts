import type { RoutedTo, RoutingResult } from '@patchbay/contracts';
import { useTranslation } from 'react-i18next';
import { useRuleWords } from '../automation/use-rule-words.ts';
import { useTicketNames } from '../automation/use-ticket-choices.ts';

/** Rules and where they lead, in plain words. */
export function useRoutingWords() {
  const { t } = useTranslation();
  const names = useTicketNames();
  const { condition } = useRuleWords();
  const queue = (id: string | null): string => (id === null ? t('routingRules.noQueue') : (names('queue', id) ?? '…'));
  const said = ({
    priority,
    requestType,
    tags,
  }: Pick<RoutedTo, 'requestType' | 'tags'> & { priority: number | null }) => [
    priority !== null && t('routingRules.says.priority', { priority }),
    requestType !== null &&
      t('routingRules.says.requestType', { type: names('request-type', requestType) ?? requestType }),
    tags.length > 0 && t('routingRules.says.tags', { tags: tags.join(', ') }),
  ];
  const joined = (parts: (string | false)[]): string => parts.filter(Boolean).join(t('routingRules.and'));
  return {
    condition,
    queue,
    result: (result: RoutingResult): string =>
      joined([
        result.queueId !== null && t('routingRules.says.queue', { queue: queue(result.queueId) }),
        ...said(result),
      ]),
    place: (place: RoutedTo): string =>
      joined([queue(place.queueId), ...said({ ...place, priority: place.priority === 0 ? null : place.priority })]),
  };
}
