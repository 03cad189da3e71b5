import { useQuery } from '@tanstack/react-query';
import { CoffeeOutlined, TeamOutlined } from '@ant-design/icons';
import { keys, useNow } from '@patchbay/ui';
import { Select, Switch } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHead } from '../admin/page-head.tsx';
import { queueText } from '../desk/given-names.ts';
import { Failed, Loading, Nothing } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import '../style/floor.css';
import { AgentLine } from './agent-line.tsx';
import { shownAgents, shownWaiting, type Floor, type FloorFilter } from './floor-state.ts';
import { RowsInView } from './rows-in-view.tsx';
import { TicketDrawer } from './ticket-drawer.tsx';
import { useFloor } from './use-floor.ts';
import { WaitingLine } from './waiting-line.tsx';

const rowHeight = 66;

/** Every agent and everything that waits, live. */
export function FloorPage() {
  const { t } = useTranslation();
  const [filter, setFilter] = useState<FloorFilter>({ queueId: null, teamId: null });
  const [opened, setOpened] = useState<string | null>(null);
  const { floor, error, retry } = useFloor();
  return (
    <div className="page floor" data-testid="floor-page">
      <PageHead text={t('floor.text')}>
        <Filters filter={filter} change={setFilter} />
        <ShowListening />
      </PageHead>
      {!floor && !error && <Loading />}
      {Boolean(error) && <Failed error={error} retry={retry} />}
      {floor && <FloorLists floor={floor} filter={filter} open={setOpened} />}
      {opened && <TicketDrawer key={opened} ticketId={opened} close={() => setOpened(null)} />}
    </div>
  );
}

interface FloorListsProps {
  floor: Floor;
  filter: FloorFilter;
  open: (ticketId: string) => void;
}

function FloorLists({ floor, filter, open }: FloorListsProps) {
  const { t } = useTranslation();
  // Between queues of different ageing the order moves with time, slowly.
  const minute = Math.floor(useNow() / 60_000);
  const agents = useMemo(() => shownAgents(floor, filter), [floor, filter]);
  const waiting = useMemo(() => shownWaiting(floor, filter, (minute + 1) * 60_000), [floor, filter, minute]);
  const atWork = agents.filter(({ presence }) => presence !== 'offline').length;
  return (
    <div className="floor-lists">
      <section className="panel floor-panel" aria-label={t('floor.agents')}>
        <h2>
          {t('floor.agents')}
          <span className="muted small tabular" data-testid="floor-agent-count">
            {t('floor.atWork', { count: atWork, all: agents.length })}
          </span>
        </h2>
        {agents.length === 0 && <Nothing icon={<TeamOutlined />} title={t('floor.nobody')} />}
        {agents.length > 0 && (
          <RowsInView rows={agents} height={rowHeight} label={t('floor.agents')} keyOf={({ id }) => id}>
            {(agent) => <AgentLine agent={agent} open={open} />}
          </RowsInView>
        )}
      </section>
      <section className="panel floor-panel" aria-label={t('floor.waiting')}>
        <h2>
          {t('floor.waiting')}
          <span className="muted small tabular" data-testid="floor-waiting-count">
            {waiting.length}
          </span>
        </h2>
        {waiting.length === 0 && <Nothing icon={<CoffeeOutlined />} title={t('floor.nothing')} />}
        {waiting.length > 0 && (
          <RowsInView rows={waiting} height={rowHeight} label={t('floor.waiting')} keyOf={({ ticketId }) => ticketId}>
            {(item) => <WaitingLine item={item} open={open} />}
          </RowsInView>
        )}
      </section>
    </div>
  );
}

function Filters({ filter, change }: { filter: FloorFilter; change: (filter: FloorFilter) => void }) {
  const { t } = useTranslation();
  const queues = useQuery({ queryKey: keys.queues, queryFn: ({ signal }) => api.queues(signal) });
  const teams = useQuery({ queryKey: keys.teams, queryFn: ({ signal }) => api.teams(signal) });
  return (
    <>
      <Select
        className="floor-filter"
        allowClear
        value={filter.queueId}
        options={(queues.data ?? []).map(({ id, name }) => ({ value: id, label: queueText(t, name) }))}
        onChange={(queueId) => change({ ...filter, queueId: queueId ?? null })}
        placeholder={t('floor.allQueues')}
        aria-label={t('floor.queue')}
        data-testid="floor-queue"
      />
      <Select
        className="floor-filter"
        allowClear
        value={filter.teamId}
        options={(teams.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        onChange={(teamId) => change({ ...filter, teamId: teamId ?? null })}
        placeholder={t('floor.allTeams')}
        aria-label={t('floor.team')}
        data-testid="floor-team"
      />
    </>
  );
}

function ShowListening() {
  const { t } = useTranslation();
  const found = useQuery({ queryKey: keys.floorSettings, queryFn: ({ signal }) => api.floorSettings(signal) });
  const change = useAction((showListening: boolean) => api.setFloorSettings({ showListening }), {
    stale: [keys.floorSettings],
  });
  if (!found.data) return null;
  return (
    <label className="row small">
      <Switch
        size="small"
        checked={found.data.showListening}
        loading={change.isPending}
        onChange={(on) => change.mutate(on)}
        data-testid="floor-show-listening"
      />
      {t('floor.showListening')}
    </label>
  );
}
