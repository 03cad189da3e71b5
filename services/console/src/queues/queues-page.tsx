import { Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { PageHead } from '../admin/page-head.tsx';
import '../style/queues.css';
import { QueueList } from './queue-list.tsx';
import { ReasonsPanel } from './reasons-panel.tsx';
import { SkillsPanel } from './skills-panel.tsx';
import { TeamsPanel } from './teams-panel.tsx';

/** Who gets which work: queues, and what they are made of. */
export function QueuesPage() {
  const { t } = useTranslation();
  const tabs = [
    { key: 'queues', label: t('queues.tab.queues'), children: <QueueList /> },
    { key: 'teams', label: t('queues.tab.teams'), children: <TeamsPanel /> },
    { key: 'skills', label: t('queues.tab.skills'), children: <SkillsPanel /> },
    { key: 'reasons', label: t('queues.tab.reasons'), children: <ReasonsPanel /> },
  ];
  return (
    <div className="page" data-testid="queues-page">
      <PageHead text={t('queues.text')} />
      <Tabs items={tabs} />
    </div>
  );
}
