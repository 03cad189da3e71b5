import { useQuery } from '@tanstack/react-query';
import { PlusOutlined, TeamOutlined } from '@ant-design/icons';
import type { Agent } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failed, Loading, Nothing } from '../feedback/states.tsx';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';
import { AgentForm } from './agent-form.tsx';
import { AgentRow } from './agent-row.tsx';
import { PageHead } from './page-head.tsx';

/** Everybody who works here: what they may do, which queues they serve, how much at once. */
export function TeamPage() {
  const { t } = useTranslation();
  const me = useMe();
  const [edited, setEdited] = useState<Agent | 'new' | null>(null);
  const agents = useQuery({ queryKey: keys.agents, queryFn: ({ signal }) => api.agents(signal) });
  const queues = useQuery({ queryKey: keys.queues, queryFn: ({ signal }) => api.queues(signal) });
  const mayEdit = me.role === 'admin';
  return (
    <div className="page">
      <PageHead text={t('team.text')}>
        {mayEdit && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setEdited('new')} data-testid="agent-new">
            {t('team.add')}
          </Button>
        )}
      </PageHead>
      {agents.isPending && <Loading />}
      {agents.isError && !agents.data && <Failed error={agents.error} retry={() => void agents.refetch()} />}
      {agents.data && (
        <div className="panel">
          {agents.data.length === 0 && <Nothing icon={<TeamOutlined />} title={t('team.empty')} />}
          {agents.data.map((agent) => (
            <AgentRow
              key={agent.id}
              agent={agent}
              queues={queues.data ?? []}
              {...(mayEdit ? { edit: () => setEdited(agent) } : {})}
            />
          ))}
        </div>
      )}
      {edited && (
        <AgentForm agent={edited === 'new' ? null : edited} queues={queues.data ?? []} close={() => setEdited(null)} />
      )}
    </div>
  );
}
