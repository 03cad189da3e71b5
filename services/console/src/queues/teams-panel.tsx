import { PlusOutlined, TeamOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import type { Team, TeamWrite } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Button, Form, Input, Popconfirm, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDrawer } from '../feedback/form-drawer.tsx';
import { Failed, Loading, Nothing } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { useAgents } from './use-lists.ts';

const stale = [keys.teams, keys.queueSettings, keys.agents, keys.me];

export function TeamsPanel() {
  const { t } = useTranslation();
  const [edited, setEdited] = useState<Team | 'new' | null>(null);
  const teams = useQuery({ queryKey: keys.teams, queryFn: ({ signal }) => api.teams(signal) });
  return (
    <>
      <div className="row queues-bar">
        <p className="muted small grow">{t('queues.teamsText')}</p>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setEdited('new')} data-testid="team-new">
          {t('queues.addTeam')}
        </Button>
      </div>
      {teams.isPending && <Loading />}
      {teams.isError && !teams.data && <Failed error={teams.error} retry={() => void teams.refetch()} />}
      {teams.data && (
        <div className="panel">
          {teams.data.length === 0 && <Nothing icon={<TeamOutlined />} title={t('queues.noTeams')} />}
          {teams.data.map((team) => (
            <TeamRow key={team.id} team={team} edit={() => setEdited(team)} />
          ))}
        </div>
      )}
      {edited && <TeamForm team={edited === 'new' ? null : edited} close={() => setEdited(null)} />}
    </>
  );
}

function TeamRow({ team, edit }: { team: Team; edit: () => void }) {
  const { t } = useTranslation();
  const agents = useAgents();
  const remove = useAction(() => api.deleteTeam(team.id), { stale });
  const names = team.agentIds.map((id) => agents.find((agent) => agent.id === id)?.name ?? '…');
  return (
    <article className="record" data-testid="team-row">
      <div className="record-head">
        <span className="record-title">{team.name}</span>
        <span className="muted small tabular">{t('queues.members', { count: team.agentIds.length })}</span>
      </div>
      <p className="muted small">{names.join(', ')}</p>
      <div className="record-actions row wrap">
        <Button onClick={edit} aria-label={t('queues.editName', { name: team.name })}>
          {t('queues.edit')}
        </Button>
        <Popconfirm title={t('queues.removeTeamAsk')} onConfirm={() => remove.mutate(undefined)}>
          <Button danger loading={remove.isPending}>
            {t('queues.remove')}
          </Button>
        </Popconfirm>
      </div>
    </article>
  );
}

function TeamForm({ team, close }: { team: Team | null; close: () => void }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<TeamWrite>();
  const agents = useAgents();
  return (
    <FormDrawer
      title={t(team ? 'queues.edit' : 'queues.addTeam')}
      form={form}
      initial={{ name: team?.name ?? '', agentIds: team?.agentIds ?? [] }}
      save={(fields) => (team ? api.updateTeam(team.id, fields) : api.createTeam(fields))}
      stale={stale}
      close={close}
      testId="team-form"
    >
      <Form.Item
        name="name"
        label={t('queues.name')}
        rules={[{ required: true, whitespace: true, max: 100, message: t('field.nameNeeded') }]}
      >
        <Input autoFocus maxLength={100} data-testid="team-name" />
      </Form.Item>
      <Form.Item name="agentIds" label={t('queues.agents')}>
        <Select
          mode="multiple"
          optionFilterProp="label"
          options={agents.map((agent) => ({ value: agent.id, label: agent.name }))}
          data-testid="team-agents"
        />
      </Form.Item>
    </FormDrawer>
  );
}
