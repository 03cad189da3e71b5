import { useQuery } from '@tanstack/react-query';
import { EditOutlined, PlusOutlined, RiseOutlined } from '@ant-design/icons';
import type { EscalationAction, EscalationRule } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Button, Popconfirm, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHead } from '../admin/page-head.tsx';
import { bilingual } from '../feedback/bilingual.ts';
import { Failed, Loading, Nothing } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import '../style/clocks.css';
import { RuleForm } from './rule-form.tsx';
import { useTraitOptions, useWhenText } from './when-fields.tsx';

/** What happens by itself when a ticket is nearly late, late, or grave. */
export function EscalationPage() {
  const { t } = useTranslation();
  const [edited, setEdited] = useState<EscalationRule | 'new' | null>(null);
  const found = useQuery({ queryKey: keys.escalationRules, queryFn: ({ signal }) => api.escalationRules(signal) });
  const rules = found.data?.rules ?? [];
  return (
    <div className="page" data-testid="escalation-page">
      <PageHead text={t('escalation.text')}>
        <Button
          type="primary"
          icon={<PlusOutlined />}
          disabled={!found.data}
          onClick={() => setEdited('new')}
          data-testid="rule-new"
        >
          {t('escalation.add')}
        </Button>
      </PageHead>
      {found.isPending && <Loading />}
      {found.isError && !found.data && <Failed error={found.error} retry={() => void found.refetch()} />}
      {found.data && (
        <div className="panel">
          {rules.length === 0 && (
            <Nothing icon={<RiseOutlined />} title={t('escalation.empty')} text={t('escalation.emptyText')} />
          )}
          {rules.map((rule) => (
            <RuleRow key={rule.id} rule={rule} all={rules} edit={() => setEdited(rule)} />
          ))}
        </div>
      )}
      {edited && <RuleForm rule={edited === 'new' ? null : edited} all={rules} close={() => setEdited(null)} />}
    </div>
  );
}

function RuleRow({ rule, all, edit }: { rule: EscalationRule; all: readonly EscalationRule[]; edit: () => void }) {
  const { t, i18n } = useTranslation();
  const whenText = useWhenText();
  const causeText = useCauseText();
  const actionText = useActionText();
  const { shown: name, other } = bilingual(i18n, rule);
  const remove = useAction(() => api.setEscalationRules({ rules: all.filter(({ id }) => id !== rule.id) }), {
    stale: [keys.escalationRules],
  });
  return (
    <article className="record" data-testid="rule-row" data-id={rule.id}>
      <div className="record-head">
        <span className="record-title">{name}</span>
        <span className="muted small grow ellipsis">{other}</span>
        {!rule.enabled && <Tag>{t('escalation.off')}</Tag>}
      </div>
      <p className="small">
        {causeText(rule)} · {whenText(rule.when)}
      </p>
      <p className="small">→ {rule.actions.map(actionText).join(' · ')}</p>
      <div className="record-actions">
        <Button
          icon={<EditOutlined />}
          onClick={edit}
          aria-label={t('plan.editName', { name })}
          data-testid="rule-edit"
        >
          {t('plan.edit')}
        </Button>
        <Popconfirm
          title={t('plan.removeAsk', { name })}
          okText={t('plan.remove')}
          okButtonProps={{ danger: true }}
          onConfirm={() => remove.mutate(undefined)}
        >
          <Button loading={remove.isPending} data-testid="rule-remove">
            {t('plan.remove')}
          </Button>
        </Popconfirm>
      </div>
    </article>
  );
}

function useCauseText() {
  const { t } = useTranslation();
  const { grades } = useTraitOptions();
  return ({ cause }: EscalationRule): string => {
    const what = t(`escalation.cause.${cause.kind}`);
    if (cause.kind === 'severity') return `${what} (≥ ${cause.priority})`;
    const names =
      cause.kind === 'grade'
        ? cause.grades.map((key) => grades.find(({ value }) => value === key)?.label ?? key)
        : cause.clocks.map((kind) => t(`clockKind.${kind}`));
    return `${what} (${names.join(', ') || t('escalation.allClocks')})`;
  };
}

function useActionText() {
  const { t } = useTranslation();
  const { queueIds } = useTraitOptions();
  const agents = useQuery({ queryKey: keys.agents, queryFn: ({ signal }) => api.agents(signal) });
  return (action: EscalationAction): string => {
    switch (action.kind) {
      case 'notify':
        return t('escalation.told.notify', { whom: t(`escalation.whom.${action.whom}`) });
      case 'raise-priority':
        return t('escalation.told.raise', { by: action.by });
      case 'move':
        return t('escalation.told.move', {
          queue: queueIds.find(({ value }) => value === action.queueId)?.label ?? '?',
        });
      case 'page': {
        const names = action.agentIds.map((id) => agents.data?.find((agent) => agent.id === id)?.name ?? id);
        const who = names.join(', ') || t('escalation.everySupervisor');
        return t('escalation.told.page', { who, by: t(`escalation.pageBy.${action.by}`) });
      }
    }
  };
}
