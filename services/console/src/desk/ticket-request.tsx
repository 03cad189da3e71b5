import { useQuery } from '@tanstack/react-query';
import { ProfileOutlined } from '@ant-design/icons';
import type { Ticket } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { useTranslation } from 'react-i18next';
import { api } from '../query-client.ts';
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
  const key = ticket.data?.requestType;
  if (!ticket.data || !key) return null;
  const type = types.data?.find((one) => one.key === key);
  const named = (names: { en: string; zh: string }) => (i18n.resolvedLanguage?.startsWith('zh') ? names.zh : names.en);
  return (
    <CardSection
      title={type ? named({ en: type.nameEn, zh: type.nameZh }) : key}
      icon={<ProfileOutlined aria-hidden />}
    >
      <dl className="request-fields small" data-testid="ticket-request" data-request-type={key}>
        {Object.entries(ticket.data.fields).map(([field, value]) => {
          const definition = type?.fields.find((one) => one.key === field);
          const option = definition?.options?.find((one) => one.value === value);
          return (
            <div key={field}>
              <dt className="muted">
                {definition ? named({ en: definition.labelEn, zh: definition.labelZh }) : field}
              </dt>
              <dd>{option ? named({ en: option.labelEn, zh: option.labelZh }) : valueText(value, t)}</dd>
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
