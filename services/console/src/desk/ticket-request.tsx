import { useQuery } from '@tanstack/react-query';
import { ProfileOutlined } from '@ant-design/icons';
import type { Ticket } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { useTranslation } from 'react-i18next';
import { api } from '../query-client.ts';
import { useCustomFields } from '../customer-file/use-words.ts';
import { CardSection } from './card-section.tsx';

/** What the ticket asks for, in the words of its request type. */
export function TicketRequest({ ticketId }: { ticketId: string }) {
  const { t, i18n } = useTranslation();
  const ticket = useQuery({ queryKey: keys.ticket(ticketId), queryFn: ({ signal }) => api.ticket(ticketId, signal) });
  const types = useQuery({
    queryKey: keys.requestTypes,
    queryFn: ({ signal }) => api.requestTypes(signal),
    staleTime: 60_000,
  });
  const custom = useCustomFields().filter(({ scope }) => scope === 'ticket');
  const key = ticket.data?.requestType;
  if (!ticket.data || (!key && Object.keys(ticket.data.fields).length === 0)) return null;
  const type = types.data?.find((one) => one.key === key);
  const named = (names: { en: string; zh: string }) => (i18n.resolvedLanguage?.startsWith('zh') ? names.zh : names.en);
  return (
    <CardSection
      title={type ? named({ en: type.nameEn, zh: type.nameZh }) : (key ?? t('customField.ticket'))}
      icon={<ProfileOutlined aria-hidden />}
    >
      <dl className="request-fields small" data-testid="ticket-request" data-request-type={key}>
        {Object.entries(ticket.data.fields).map(([field, value]) => {
          const definition = [...(type?.fields ?? []), ...custom].find((one) => one.key === field);
          const textOf = (one: unknown) => {
            const option = definition?.options?.find((known) => known.value === one);
            return option ? named({ en: option.labelEn, zh: option.labelZh }) : valueText(one, t);
          };
          return (
            <div key={field}>
              <dt className="muted">
                {definition ? named({ en: definition.labelEn, zh: definition.labelZh }) : field}
              </dt>
              <dd>{Array.isArray(value) ? value.map(textOf).join(', ') : textOf(value)}</dd>
            </div>
          );
        })}
      </dl>
    </CardSection>
  );
}

function valueText(value: Ticket['fields'][string], t: (key: 'request.yes' | 'request.no') => string): string {
  if (typeof value === 'boolean') return t(value ? 'request.yes' : 'request.no');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
}
