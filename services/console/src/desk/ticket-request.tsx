import { useQuery } from '@tanstack/react-query';
import { EditOutlined, ProfileOutlined } from '@ant-design/icons';
import type { TicketDetail } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Button } from 'antd';
import { type ComponentProps, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNamed } from '../feedback/bilingual.ts';
import { useFieldText } from '../fields/field-text.ts';
import { api } from '../query-client.ts';
import { useCustomFields } from '../customer-file/use-words.ts';
import { RevealButton } from '../privacy/reveal-button.tsx';
import { CardSection } from './card-section.tsx';
import { RequestEditor } from './request-editor.tsx';
import { missingFields, ticketFields } from './request-values.ts';

/** What the ticket asks for, in the words of its request type; an agent may say it better than the customer did. */
export function TicketRequest({ ticketId }: { ticketId: string }) {
  const { t } = useTranslation();
  const ticket = useQuery({ queryKey: keys.ticket(ticketId), queryFn: ({ signal }) => api.ticket(ticketId, signal) });
  const types = useQuery({
    queryKey: keys.requestTypes,
    queryFn: ({ signal }) => api.requestTypes(signal),
    staleTime: 60_000,
  });
  const custom = useCustomFields();
  const [editing, setEditing] = useState(false);
  const button = useEditButton(editing);
  if (!ticket.data || !types.data) return null;
  if (ticket.data.requestType === null && types.data.length === 0 && ticketFields(undefined, custom).length === 0)
    return null;
  return (
    <CardSection
      title={t('request.title')}
      icon={<ProfileOutlined aria-hidden />}
      action={
        !editing && (
          <Button
            ref={button}
            type="text"
            size="small"
            icon={<EditOutlined />}
            aria-label={t('request.change')}
            title={t('request.change')}
            onClick={() => setEditing(true)}
            data-testid="request-edit"
          />
        )
      }
    >
      {editing ? (
        <RequestEditor ticket={ticket.data} types={types.data} custom={custom} close={() => setEditing(false)} />
      ) : (
        <Values ticket={ticket.data} types={types.data} custom={custom} />
      )}
    </CardSection>
  );
}

/** The focus goes back to the button when the editor is gone. */
function useEditButton(editing: boolean) {
  const button = useRef<HTMLButtonElement>(null);
  const was = useRef(editing);
  useEffect(() => {
    if (was.current && !editing) button.current?.focus();
    was.current = editing;
  }, [editing]);
  return button;
}

/** A hidden one is shown to whoever says why. */
function Value({ ticket, field, text }: { ticket: TicketDetail; field: string; text: string }) {
  if (!ticket.hiddenFields?.includes(field)) return text;
  return (
    <>
      <span>{String(ticket.fields[field])}</span>{' '}
      <RevealButton customerId={ticket.customerId} field={`ticket:${ticket.id}:${field}`} />
    </>
  );
}

function Values({ ticket, types, custom }: Omit<ComponentProps<typeof RequestEditor>, 'close'>) {
  const { t } = useTranslation();
  const named = useNamed();
  const textOf = useFieldText();
  const key = ticket.requestType;
  const type = types.find((one) => one.key === key);
  const done = ticket.status === 'resolved' || ticket.status === 'closed';
  const fields = ticketFields(type, custom);
  const missing = missingFields(fields, ticket.fields);
  const known = fields.filter((field) => Object.hasOwn(ticket.fields, field.key) || missing.has(field.key));
  const others = Object.keys(ticket.fields).filter((field) => !fields.some((one) => one.key === field));
  return (
    <>
      {key === null ? <p className="muted small">{t('request.none')}</p> : <strong>{type ? named(type) : key}</strong>}
      <dl className="request-fields small" data-testid="ticket-request" data-request-type={key}>
        {known.map((field) => (
          <div key={field.key}>
            <dt className="muted">{named(field)}</dt>
            {missing.has(field.key) ? (
              <dd className={done ? 'muted' : 'request-missing'}>{t(done ? 'request.notGiven' : 'request.missing')}</dd>
            ) : (
              <dd dir="auto">
                <Value ticket={ticket} field={field.key} text={textOf(field, ticket.fields[field.key])} />
              </dd>
            )}
          </div>
        ))}
        {others.map((field) => (
          <div key={field}>
            <dt className="muted">{field}</dt>
            <dd dir="auto">
              <Value ticket={ticket} field={field} text={textOf(undefined, ticket.fields[field])} />
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}
