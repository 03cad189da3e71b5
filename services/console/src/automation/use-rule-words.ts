import type { ActionOutcome, AutomationAction, AutomationEvent, Condition } from '@patchbay/contracts';
import { automationAction, automationEvent } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { testText } from '../grading/fact-words.ts';
import { useWording } from '../grading/use-wording.ts';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';
import { useTicketNames } from './use-ticket-choices.ts';

export function useAgentOptions() {
  const { data } = useQuery({ queryKey: keys.agents, queryFn: ({ signal }) => api.agents(signal), staleTime: 60_000 });
  return (data ?? []).map(({ id, name }) => ({ value: id, label: name }));
}

/** Endpoints are for administrators; others see that there is one. */
export function useEndpointOptions() {
  const { role } = useMe();
  const { data } = useQuery({
    queryKey: keys.webhooks,
    queryFn: ({ signal }) => api.webhookEndpoints(signal),
    staleTime: 60_000,
    enabled: role === 'admin',
  });
  return (data ?? []).map(({ id, name }) => ({ value: id, label: name }));
}

const actionNames = automationAction.options.map(({ shape }) => shape.do.value);
const whys = [
  'ticket-closed',
  'ticket-settled',
  'no-ticket',
  'no-queue',
  'no-agent',
  'agent-not-free',
  'agent-full',
  'on-the-line',
  'somebody-has-it',
  'offered-to-somebody',
  'calls-are-offered',
  'changed-meanwhile',
  'too-many-tags',
  'channel-without-text',
  'text-too-long',
  'answered-before',
  'not-a-person',
  'too-many',
  'endpoint-off',
  'rule-off',
] as const;

/** Rules and what they did, in plain words. */
export function useRuleWords() {
  const { t } = useTranslation();
  const names = useTicketNames();
  const wording = {
    ...useWording(),
    nameOf: (fact: { name: Parameters<typeof names>[0] }, word: string) => names(fact.name, word),
  };
  const agents = useAgentOptions();
  const endpoints = useEndpointOptions();
  const labelIn = (options: { value: string; label: string }[], value: string) =>
    options.find((one) => one.value === value)?.label ?? '…';

  const condition = ({ join, tests }: Condition): string => {
    const and = ` ${t(`automation.join.${join}`)} `;
    return tests
      .map((part) =>
        'tests' in part
          ? `(${part.tests.map((inner) => testText(wording, inner)).join(` ${t(`automation.join.${part.join}`)} `)})`
          : testText(wording, part),
      )
      .join(and);
  };
  const action = (one: AutomationAction): string => {
    switch (one.do) {
      case 'tag':
      case 'untag':
        return t(`automation.says.${one.do}`, { tags: one.tags.join(', ') });
      case 'set-priority':
        return t('automation.says.set-priority', { priority: one.priority });
      case 'move':
        return t('automation.says.move', { queue: names('queue', one.queueId) ?? '…' });
      case 'set-status':
        return t('automation.says.set-status', { status: t(`status.${one.status}`) });
      case 'assign':
        return t(`automation.says.${one.how}`, { agent: labelIn(agents, one.agentId) });
      case 'set-field':
        return t('automation.says.set-field', { field: one.field, value: String(one.value) });
      case 'note':
        return t('automation.says.note', { text: one.text });
      case 'reply':
        return one.text === undefined ? t('automation.says.template') : t('automation.says.reply', { text: one.text });
      case 'webhook':
        return t('automation.says.webhook', { name: labelIn(endpoints, one.endpointId) });
    }
  };
  return {
    condition,
    action,
    event: (type: AutomationEvent) => t(`automation.event.${type}`),
    anyEvent(type: string): string {
      const known = automationEvent.safeParse(type);
      return known.success ? t(`automation.event.${known.data}`) : type;
    },
    outcome({ do: name, result, why }: ActionOutcome): string {
      const known = actionNames.find((one) => one === name);
      const reason = whys.find((one) => one === why);
      const told = reason ? t(`automation.why.${reason}`) : (why ?? '');
      return `${known ? t(`automation.action.${known}`) : name}: ${t(`automation.result.${result}`)}${told ? ` (${told})` : ''}`;
    },
  };
}
