import type { GradingPolicy, GradingVersion } from '@patchbay/contracts';
import { moment } from '@patchbay/ui';
import { Alert, Tabs } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHead } from '../admin/page-head.tsx';
import { Failed, Loading } from '../feedback/states.tsx';
import { useMe } from '../session/use-me.ts';
import '../style/grading.css';
import { CadenceEditor } from './cadence-editor.tsx';
import { ChurnEditor } from './churn-editor.tsx';
import { GuardSettingsForm } from './guard-settings.tsx';
import { LastRun } from './last-run.tsx';
import { PublishBar } from './publish-bar.tsx';
import { RulesEditor } from './rules-editor.tsx';
import { StagesEditor } from './stages-editor.tsx';
import { useGradingVersion } from './use-wording.ts';
import { VersionList } from './version-list.tsx';

/** By what customers are graded: read by everybody, changed, tried and published by managers. */
export function GradingPage() {
  const version = useGradingVersion();
  if (version.isPending) return <Loading />;
  if (!version.data) return <Failed error={version.error} retry={() => void version.refetch()} />;
  return <Editor version={version.data} />;
}

/** A change that is not published yet, with the version that it began from. */
export interface Draft {
  readonly policy: GradingPolicy;
  readonly basedOn: number;
}

function Editor({ version }: { version: GradingVersion }) {
  const { t } = useTranslation();
  const { role } = useMe();
  const [draft, setDraft] = useState<Draft | null>(null);
  const policy = draft?.policy ?? version.policy;
  const readOnly = role === 'agent';
  const change = (next: Partial<GradingPolicy>): void =>
    setDraft({ policy: { ...policy, ...next }, basedOn: draft?.basedOn ?? version.version });
  const shared = { policy, change, readOnly };
  return (
    <div className="page grading-page" data-testid="grading-page" data-version={version.version}>
      <PageHead text={t('grading.text')} />
      <VersionLine version={version} />
      {readOnly && <Alert type="info" showIcon title={t('grading.readOnly')} />}
      {!readOnly && <LastRun />}
      <Tabs
        items={[
          { key: 'rules', label: t('grading.tab.rules'), children: <RulesEditor {...shared} /> },
          { key: 'stages', label: t('grading.tab.stages'), children: <StagesEditor {...shared} /> },
          { key: 'churn', label: t('grading.tab.churn'), children: <ChurnEditor {...shared} /> },
          { key: 'cadence', label: t('grading.tab.cadence'), children: <CadenceEditor {...shared} /> },
          ...(readOnly
            ? []
            : [
                { key: 'guard', label: t('grading.tab.guard'), children: <GuardSettingsForm /> },
                {
                  key: 'versions',
                  label: t('grading.tab.versions'),
                  children: <VersionList use={(old) => setDraft({ policy: old.policy, basedOn: version.version })} />,
                },
              ]),
        ]}
      />
      {draft && <PublishBar draft={draft} newest={version.version} discard={() => setDraft(null)} />}
    </div>
  );
}

function VersionLine({ version }: { version: GradingVersion }) {
  const { t, i18n } = useTranslation();
  const { publishedAt } = version;
  return (
    <p className="muted small" data-testid="grading-version">
      {publishedAt === null
        ? t('grading.versionFirst')
        : t('grading.version', {
            version: version.version,
            at: moment(publishedAt, Date.now(), i18n.language),
            name: version.publishedByName ?? t('event.someAgent'),
          })}
    </p>
  );
}
