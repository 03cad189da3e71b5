import type { FactName } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { queueText } from '../desk/given-names.ts';
import { useNamed } from '../feedback/bilingual.ts';
import { api } from '../query-client.ts';

export interface Choices {
  readonly options: { value: string; label: string }[];
  /** Other words may be typed as well. */
  readonly free: boolean;
}

const staleTime = 60_000;

export function useQueueOptions(enabled = true) {
  const { t } = useTranslation();
  const { data } = useQuery({ queryKey: keys.queues, queryFn: ({ signal }) => api.queues(signal), staleTime, enabled });
  return (data ?? []).map(({ id, name }) => ({ value: id, label: queueText(t, name) }));
}

export function useTagOptions(enabled = true) {
  const { data } = useQuery({
    queryKey: keys.tags(''),
    queryFn: ({ signal }) => api.tags('', signal),
    staleTime,
    enabled,
  });
  return (data ?? []).map((value) => ({ value, label: value }));
}

function useTypeOptions(enabled: boolean) {
  const named = useNamed();
  const { data } = useQuery({
    queryKey: keys.requestTypes,
    queryFn: ({ signal }) => api.requestTypes(signal),
    staleTime,
    enabled,
  });
  return (data ?? []).map((type) => ({ value: type.key, label: named(type) }));
}

function useSegmentOptions(enabled: boolean) {
  const { data } = useQuery({
    queryKey: keys.segments,
    queryFn: ({ signal }) => api.segments(signal),
    staleTime,
    enabled,
  });
  return (data ?? []).map(({ key, name }) => ({ value: key, label: name }));
}

/** What the centre itself has made that a fact about tickets is compared with; undefined for other facts. */
export function useTicketChoices(name: FactName): Choices | undefined {
  const { t } = useTranslation();
  const queues = useQueueOptions(name === 'queue');
  const tags = useTagOptions(name === 'tags');
  const types = useTypeOptions(name === 'request-type');
  const segments = useSegmentOptions(name === 'segment');
  switch (name) {
    case 'queue':
      return { options: queues, free: false };
    case 'request-type':
      return { options: types, free: true };
    case 'segment':
      return { options: segments, free: true };
    case 'tags':
      return { options: tags, free: true };
    case 'language':
      return {
        options: (['en', 'zh'] as const).map((value) => ({ value, label: t(`factWord.${value}`) })),
        free: true,
      };
    default:
      return undefined;
  }
}

/** What keys and ids in conditions and actions are called. */
export function useTicketNames(): (name: FactName, word: string) => string | undefined {
  const lists = { queue: useQueueOptions(), 'request-type': useTypeOptions(true), segment: useSegmentOptions(true) };
  return (name, word) =>
    name === 'queue' || name === 'request-type' || name === 'segment'
      ? lists[name].find(({ value }) => value === word)?.label
      : undefined;
}
