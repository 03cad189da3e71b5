import { useQuery } from '@tanstack/react-query';
import { AudioOutlined } from '@ant-design/icons';
import { keys, moment } from '@patchbay/ui';
import { Alert } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';

/** What a supervisor whispers to this agent about the ticket: the newest, until it is put away. */
export function WhisperNotes({ ticketId }: { ticketId: string }) {
  const { t, i18n } = useTranslation();
  const { id: me } = useMe();
  const [read, setRead] = useState<string | null>(null);
  const { data } = useQuery({
    queryKey: keys.whispers(ticketId),
    queryFn: ({ signal }) => api.whispers(ticketId, signal),
  });
  const newest = data?.find(({ agentId }) => agentId === me);
  if (!newest || newest.id === read) return null;
  return (
    <Alert
      type="warning"
      showIcon
      icon={<AudioOutlined />}
      title={t('floor.whisperFrom', {
        name: newest.authorName,
        when: moment(newest.at, Date.now(), i18n.language),
      })}
      description={newest.text}
      closable={{ onClose: () => setRead(newest.id), 'aria-label': t('floor.whisperClose') }}
      data-testid="whisper"
      role="status"
    />
  );
}
