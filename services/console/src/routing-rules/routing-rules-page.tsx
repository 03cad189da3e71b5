import { PlusOutlined } from '@ant-design/icons';
import type { RoutingRule, RoutingRulesState } from '@patchbay/contracts';
import { keys, moment } from '@patchbay/ui';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Tabs } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHead } from '../admin/page-head.tsx';
import { Failed, Loading } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { arranged } from '../order/order.ts';
import { useOrder } from '../order/use-order.ts';
import { api } from '../query-client.ts';
import '../style/automation.css';
import '../style/grading.css';
import '../style/routing-rules.css';
import { DraftBar } from './draft-bar.tsx';
import { RoutingRuleEditor } from './rule-editor.tsx';
import { RuleList } from './rule-list.tsx';
import { RoutingVersions } from './routing-versions.tsx';

/** By which rules contacts find their queue: a draft is edited, tried on the last week, and published. */
export function RoutingRulesPage() {
  const state = useQuery({ queryKey: keys.routingRules, queryFn: ({ signal }) => api.routingRules(signal) });
  if (state.isPending) return <Loading />;
  if (!state.data) return <Failed error={state.error} retry={() => void state.refetch()} />;
  return <Rules state={state.data} />;
}

function Rules({ state }: { state: RoutingRulesState }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { published, draft, troubles } = state;
  const rules = draft?.rules ?? published.rules;
  const [edited, setEdited] = useState<RoutingRule | 'new' | null>(null);
  const [tab, setTab] = useState('rules');
  const keep = useAction(
    (next: readonly RoutingRule[]) =>
      api.keepRoutingDraft({
        rules: [...next],
        basedOn: draft?.basedOn ?? published.version,
        revision: draft?.revision ?? 0,
      }),
    { stale: [keys.routingRules], after: (kept) => client.setQueryData(keys.routingRules, kept) },
  );
  const reorder = useAction(keepOrder, {
    stale: [keys.routingRules],
    after: (kept) => client.setQueryData(keys.routingRules, kept),
  });
  const ordered = useOrder(rules, idOf, reorder.mutateAsync);
  const busy = keep.isPending || reorder.isPending;
  return (
    <div className="page" data-testid="routing-rules-page">
      <PageHead text={t('routingRules.text')}>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setEdited('new')} data-testid="routing-new">
          {t('routingRules.add')}
        </Button>
      </PageHead>
      <Standing state={state} />
      {draft && <DraftBar draft={draft} published={published} busy={busy} />}
      <Tabs
        activeKey={tab}
        onChange={setTab}
        items={[
          {
            key: 'rules',
            label: t('routingRules.rules'),
            children: (
              <RuleList
                ordered={ordered}
                troubles={draft ? [] : troubles}
                change={keep.mutate}
                busy={busy}
                edit={setEdited}
              />
            ),
          },
          {
            key: 'versions',
            label: t('routingRules.versions'),
            children: (
              <RoutingVersions
                rules={rules}
                use={(version) => {
                  keep.mutate(version.rules);
                  setTab('rules');
                }}
              />
            ),
          },
        ]}
      />
      {edited && (
        <RoutingRuleEditor
          key={edited === 'new' ? 'new' : edited.id}
          rule={edited === 'new' ? null : edited}
          save={(rule) =>
            keep.mutateAsync(
              edited === 'new' ? [...rules, rule] : rules.map((one) => (one.id === rule.id ? rule : one)),
            )
          }
          close={() => setEdited(null)}
        />
      )}
    </div>
  );
}

const idOf = ({ id }: RoutingRule) => id;

async function keepOrder(order: readonly string[]): Promise<RoutingRulesState> {
  const { published, draft } = await api.routingRules();
  return api.keepRoutingDraft({
    rules: arranged(draft?.rules ?? published.rules, order, idOf),
    basedOn: draft?.basedOn ?? published.version,
    revision: draft?.revision ?? 0,
  });
}

/** Which version holds. */
function Standing({ state: { published } }: { state: RoutingRulesState }) {
  const { t, i18n } = useTranslation();
  return (
    <p className="muted small" data-testid="routing-standing">
      {published.publishedAt === null
        ? t('routingRules.noVersion')
        : t('routingRules.holds', {
            version: published.version,
            at: moment(published.publishedAt, Date.now(), i18n.language),
            name: published.publishedByName ?? t('event.someAgent'),
          })}
    </p>
  );
}
