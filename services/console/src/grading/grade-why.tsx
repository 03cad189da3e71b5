import { HistoryOutlined } from '@ant-design/icons';
import type { CustomerGrading, CustomerMove } from '@patchbay/contracts';
import { fullMoment, keys, moment } from '@patchbay/ui';
import { Alert, Modal, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { PagedList } from '../admin/paged-list.tsx';
import { Nothing } from '../feedback/states.tsx';
import { api } from '../query-client.ts';
import '../style/grading.css';
import { ConditionTrace } from './condition-trace.tsx';
import { useNamed, useWording, useGradingVersion } from './use-wording.ts';

/** Why a customer has their grade: every rule up to the one that decides, with what was found; and how it came to be. */
export function GradeWhy({ grading, close }: { grading: CustomerGrading; close: () => void }) {
  const { t } = useTranslation();
  const wording = useWording();
  const named = useNamed();
  const { explanation } = grading;
  const { outcome } = explanation;
  return (
    <Modal open title={t('care.whyTitle')} footer={null} onCancel={close} width={640}>
      <div className="why" data-testid="grade-explanation">
        <p className="muted small">{t('care.by', { version: explanation.version })}</p>
        {outcome.grade !== grading.grade && (
          <Alert type="info" showIcon title={t('care.pending', { grade: wording.gradeName(outcome.grade) })} />
        )}
        {explanation.rules.map((rule) => (
          <section key={rule.id} data-testid="rule-trace">
            <h3>
              {named(rule)} {rule.id === explanation.rule && <Tag color="green">{t('care.decides')}</Tag>}
            </h3>
            <ConditionTrace trace={rule.trace} wording={wording} />
          </section>
        ))}
        {explanation.rule === null && <p>{t('care.otherwise')}</p>}
        <p>
          {t('grading.outcome', {
            grade: wording.gradeName(outcome.grade),
            value: t(`level.${outcome.value}`),
            loyalty: t(`level.${outcome.loyalty}`),
          })}
        </p>
        <h3>{t('care.signals', { score: explanation.churn.score })}</h3>
        {explanation.churn.signals.length === 0 && <p className="muted small">{t('care.noSignals')}</p>}
        {explanation.churn.signals.map((signal) => (
          <section key={signal.id}>
            <h4>{named(signal)}</h4>
            <ConditionTrace trace={signal.trace} wording={wording} />
          </section>
        ))}
        <h3>{t('care.history')}</h3>
        <PagedList
          queryKey={keys.customerMoves(grading.customerId)}
          read={(cursor, signal) => api.customerMoves(grading.customerId, cursor, signal)}
          empty={<Nothing icon={<HistoryOutlined />} title={t('care.nothing')} />}
          row={(move) => <Move key={move.id} move={move} />}
        />
      </div>
    </Modal>
  );
}

function Move({ move }: { move: CustomerMove }) {
  const { t, i18n } = useTranslation();
  const { gradeName } = useWording();
  const cause = useCause(move);
  const name = (value: string | null): string => {
    if (value === null) return t('care.nothing');
    if (move.kind === 'grade') return gradeName(value);
    return move.kind === 'stage' ? t(`stage.${value as 'new'}`) : t(`factWord.${value as 'none'}`);
  };
  return (
    <article className="record small" data-testid="customer-move" data-kind={move.kind}>
      <div className="record-head">
        <span>{t(`care.kind.${move.kind}`)}</span>
        <span className="grow">{t('care.moved', { from: name(move.from), to: name(move.to) })}</span>
        <time dateTime={move.at} title={fullMoment(move.at, i18n.language)} className="muted">
          {moment(move.at, Date.now(), i18n.language)}
        </time>
      </div>
      {cause && <p className="muted">{cause}</p>}
    </article>
  );
}

/** The cause in words: of a stage the hub's own, of a grade the rule's name where the rule is still there. */
function useCause(move: CustomerMove): string | null {
  const { t } = useTranslation();
  const named = useNamed();
  const policy = useGradingVersion().data?.policy;
  if (move.cause === null) return null;
  if (move.kind === 'stage') return t(`stageCause.${move.cause as 'settled'}`);
  const known = [...(policy?.rules ?? []), ...(policy?.churn.signals ?? [])];
  return move.cause
    .split(', ')
    .map((id) => {
      const found = known.find((one) => one.id === id);
      return found ? named(found) : id;
    })
    .join(', ');
}
