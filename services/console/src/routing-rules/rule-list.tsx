import { HolderOutlined, PartitionOutlined } from '@ant-design/icons';
import type { RoutingRule, RoutingRulesState } from '@patchbay/contracts';
import { Alert, Button, Popconfirm, Switch } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Nothing } from '../feedback/states.tsx';
import { OrderButtons } from '../order/order-buttons.tsx';
import type { Ordered } from '../order/use-order.ts';
import { useRoutingWords } from './use-routing-words.ts';

interface RuleListProps {
  ordered: Ordered<RoutingRule>;
  troubles: RoutingRulesState['troubles'];
  change: (rules: readonly RoutingRule[]) => void;
  busy: boolean;
  edit: (rule: RoutingRule) => void;
}

/** The rules in their order, which is changed by dragging or by the buttons. */
export function RuleList({ ordered, troubles, change, busy, edit }: RuleListProps) {
  const { shown: rules } = ordered;
  const { t } = useTranslation();
  const [dragged, setDragged] = useState<number | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const [told, setTold] = useState('');
  if (rules.length === 0)
    return <Nothing icon={<PartitionOutlined />} title={t('routingRules.none')} text={t('routingRules.noneText')} />;
  const move = (from: number, to: number) => {
    if (from === to) return;
    setTold(t('routingRules.moved', { name: rules[from]?.name, place: to + 1 }));
    ordered.move(from, to);
  };
  return (
    <>
      <ol className="panel routing-rules" data-testid="routing-rules">
        {rules.map((rule, at) => (
          <li
            key={rule.id}
            className={over === at && dragged !== null && dragged !== at ? 'drop-here' : ''}
            onDragOver={(event) => {
              if (dragged === null) return;
              event.preventDefault();
              setOver(at);
            }}
            onDrop={(event) => {
              event.preventDefault();
              if (dragged !== null) move(dragged, at);
            }}
          >
            <RuleRow
              rule={rule}
              at={at}
              count={rules.length}
              trouble={troubles.find(({ ruleId }) => ruleId === rule.id)?.why ?? null}
              busy={busy}
              move={move}
              drag={(on) => {
                setDragged(on ? at : null);
                setOver(null);
              }}
              put={(next) => change(rules.flatMap((one) => (one.id === rule.id ? (next ?? []) : one)))}
              edit={() => edit(rule)}
            />
          </li>
        ))}
      </ol>
      <p className="muted small">{t('routingRules.otherwise')}</p>
      <p className="visually-hidden" role="status" aria-live="polite">
        {told}
      </p>
    </>
  );
}

interface RuleRowProps {
  rule: RoutingRule;
  at: number;
  count: number;
  trouble: RoutingRulesState['troubles'][number]['why'] | null;
  busy: boolean;
  move: (from: number, to: number) => void;
  drag: (on: boolean) => void;
  /** Null takes it away. */
  put: (rule: RoutingRule | null) => void;
  edit: () => void;
}

function RuleRow({ rule, at, count, trouble, busy, move, drag, put, edit }: RuleRowProps) {
  const { t } = useTranslation();
  const words = useRoutingWords();
  const { name } = rule;
  return (
    <article className="record" data-testid="routing-rule" data-name={name}>
      <div className="record-head">
        <span
          className="drag-handle"
          draggable
          onDragStart={(event) => {
            event.dataTransfer.effectAllowed = 'move';
            event.dataTransfer.setData('text/plain', name);
            drag(true);
          }}
          onDragEnd={() => drag(false)}
          title={t('routingRules.drag', { name })}
          data-testid="routing-drag"
        >
          <HolderOutlined aria-hidden />
        </span>
        <span className="muted tabular">{at + 1}</span>
        <Switch
          size="small"
          checked={rule.enabled}
          disabled={busy}
          onChange={(enabled) => put({ ...rule, enabled })}
          aria-label={t('routingRules.on', { name })}
        />
        <span className={`record-title grow ${rule.enabled ? '' : 'muted'}`}>{name}</span>
        <OrderButtons name={name} at={at} count={count} move={move} />
      </div>
      <dl className="rule-words">
        <dt>{t('routingRules.if')}</dt>
        <dd>{rule.condition ? words.condition(rule.condition) : t('routingRules.always')}</dd>
        <dt>{t('routingRules.decide')}</dt>
        <dd>{words.result(rule.result)}</dd>
      </dl>
      {trouble && <Alert type="warning" showIcon title={t(`routingRules.trouble.${trouble}`)} />}
      <div className="record-actions">
        <span className="muted small grow">{rule.enabled ? '' : t('routingRules.off')}</span>
        <Button onClick={edit} aria-label={t('routingRules.editName', { name })} data-testid="routing-edit">
          {t('routingRules.edit')}
        </Button>
        <Popconfirm title={t('routingRules.removeAsk')} onConfirm={() => put(null)}>
          <Button danger disabled={busy} aria-label={t('routingRules.removeName', { name })}>
            {t('routingRules.remove')}
          </Button>
        </Popconfirm>
      </div>
    </article>
  );
}
