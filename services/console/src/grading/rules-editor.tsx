import { PlusOutlined } from '@ant-design/icons';
import { loyalty as levels, type GradeOutcome, type GradeRule, type GradingPolicy } from '@patchbay/contracts';
import { useQuery } from '@tanstack/react-query';
import { keys } from '@patchbay/ui';
import { Button, Checkbox, Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { api } from '../query-client.ts';
import { ConditionEditor } from './condition-editor.tsx';
import { factsFor, freshKey, Names, OrderButtons, type PolicyEditorProps, put } from './editor-parts.tsx';
import { newTest } from './test-editor.tsx';
import { useNamed, useWording } from './use-wording.ts';

/** The grades, and the rules that give them. */
export function RulesEditor({ policy, change, readOnly }: PolicyEditorProps) {
  const { t } = useTranslation();
  const { rules, otherwise, grades } = policy;
  const add = (): void =>
    change({
      rules: [
        ...rules,
        {
          id: freshKey(
            'rule',
            rules.map(({ id }) => id),
          ),
          nameEn: '',
          nameZh: '',
          when: { join: 'all', tests: [newTest()] },
          outcome: otherwise,
        },
      ],
    });
  return (
    <div className="grading-part">
      <Grades policy={policy} change={change} readOnly={readOnly} />
      <h2>{t('grading.rules')}</h2>
      <ol className="grading-rules">
        {rules.map((rule, at) => (
          <li key={rule.id} className="panel rule" data-testid="rule" data-rule={rule.id}>
            <Rule
              rule={rule}
              grades={grades}
              readOnly={readOnly}
              change={(next) => change({ rules: put(rules, at, next) })}
              buttons={<OrderButtons items={rules} at={at} change={(next) => change({ rules: next })} />}
            />
          </li>
        ))}
      </ol>
      {!readOnly && (
        <Button icon={<PlusOutlined />} onClick={add} data-testid="add-rule">
          {t('grading.addRule')}
        </Button>
      )}
      <section className="panel rule">
        <h3>
          {t('grading.otherwise')} <span className="muted small">{t('grading.otherwiseHelp')}</span>
        </h3>
        <Outcome
          outcome={otherwise}
          grades={grades}
          readOnly={readOnly}
          change={(next) => change({ otherwise: next })}
        />
      </section>
      <ComplaintTypes policy={policy} change={change} readOnly={readOnly} />
    </div>
  );
}

interface RuleProps {
  rule: GradeRule;
  grades: GradingPolicy['grades'];
  change: (rule: GradeRule) => void;
  readOnly: boolean;
  buttons: React.ReactNode;
}

function Rule({ rule, grades, change, readOnly, buttons }: RuleProps) {
  const { t } = useTranslation();
  return (
    <>
      <div className="rule-head">
        <Names of={rule} change={(names) => change({ ...rule, ...names })} readOnly={readOnly} />
        {!readOnly && buttons}
      </div>
      <h3>{t('grading.when')}</h3>
      <ConditionEditor
        condition={rule.when}
        change={(when) => change({ ...rule, when })}
        facts={factsFor.rule}
        grades={grades.map(({ key }) => key)}
        disabled={readOnly}
        label={t('grading.when')}
      />
      <h3>{t('grading.gives')}</h3>
      <Outcome
        outcome={rule.outcome}
        grades={grades}
        readOnly={readOnly}
        change={(outcome) => change({ ...rule, outcome })}
      />
    </>
  );
}

interface OutcomeProps {
  outcome: GradeOutcome;
  grades: GradingPolicy['grades'];
  change: (outcome: GradeOutcome) => void;
  readOnly: boolean;
}

function Outcome({ outcome, grades, change, readOnly }: OutcomeProps) {
  const { t } = useTranslation();
  const { gradeName } = useWording(grades);
  const level = (key: 'value' | 'loyalty') => (
    <label className="outcome-field">
      <span className="muted small">{t(`grading.${key}`)}</span>
      <Select
        value={outcome[key]}
        onChange={(value) => change({ ...outcome, [key]: value })}
        disabled={readOnly}
        aria-label={t(`grading.${key}`)}
        options={levels.options.map((value) => ({ value, label: t(`level.${value}`) }))}
      />
    </label>
  );
  return (
    <div className="row wrap outcome">
      <label className="outcome-field">
        <span className="muted small">{t('grading.grade')}</span>
        <Select
          value={outcome.grade}
          onChange={(grade) => change({ ...outcome, grade })}
          disabled={readOnly}
          aria-label={t('grading.grade')}
          options={grades.map(({ key }) => ({ value: key, label: gradeName(key) }))}
        />
      </label>
      {level('value')}
      {level('loyalty')}
      <Checkbox
        checked={outcome.vip}
        disabled={readOnly}
        onChange={({ target }) => change({ ...outcome, vip: target.checked })}
      >
        {t('grading.vip')}
      </Checkbox>
    </div>
  );
}

function Grades({ policy, change, readOnly }: PolicyEditorProps) {
  const { t } = useTranslation();
  const { grades } = policy;
  const edit = (at: number, part: Partial<(typeof grades)[number]>): void => {
    const before = grades[at];
    if (before) change({ grades: put(grades, at, { ...before, ...part }) });
  };
  const add = (): void => {
    const key = freshKey(
      'grade',
      grades.map((grade) => grade.key),
    );
    change({ grades: [...grades, { key, nameEn: '', nameZh: '', followUpDays: null, priority: 0 }] });
  };
  return (
    <section>
      <h2>{t('grading.grades')}</h2>
      <p className="muted small">{t('grading.gradesHelp')}</p>
      <div className="panel">
        {grades.map((grade, at) => (
          <div key={at} className="grade-row" data-testid="grade-row">
            <Input
              className="grade-key"
              value={grade.key}
              onChange={({ target }) => edit(at, { key: target.value })}
              disabled={readOnly}
              aria-label={t('grading.gradeKey')}
            />
            <Names of={grade} change={(names) => edit(at, names)} readOnly={readOnly} />
            <label className="outcome-field">
              <span className="muted small">{t('grading.priority')}</span>
              <InputNumber
                value={grade.priority}
                onChange={(priority) => edit(at, { priority: priority ?? 0 })}
                min={0}
                max={100}
                precision={0}
                disabled={readOnly}
                aria-label={t('grading.priority')}
              />
            </label>
            <label className="outcome-field">
              <span className="muted small">{t('grading.followUpDays')}</span>
              <InputNumber
                value={grade.followUpDays}
                onChange={(followUpDays) => edit(at, { followUpDays })}
                min={1}
                max={730}
                precision={0}
                disabled={readOnly}
                placeholder={t('grading.noFollowUp')}
                aria-label={t('grading.followUpDays')}
              />
            </label>
            {!readOnly && (
              <OrderButtons items={grades} at={at} change={(next) => change({ grades: next })} ordered={false} />
            )}
          </div>
        ))}
      </div>
      {!readOnly && (
        <Button className="add-grade" icon={<PlusOutlined />} onClick={add}>
          {t('grading.addGrade')}
        </Button>
      )}
    </section>
  );
}

function ComplaintTypes({ policy, change, readOnly }: PolicyEditorProps) {
  const { t } = useTranslation();
  const named = useNamed();
  const types = useQuery({
    queryKey: keys.requestTypes,
    queryFn: ({ signal }) => api.requestTypes(signal),
    staleTime: 60_000,
  });
  return (
    <label className="outcome-field">
      <span>{t('grading.complaintTypes')}</span>
      <Select
        mode="multiple"
        value={policy.complaintTypes}
        onChange={(complaintTypes) => change({ complaintTypes })}
        disabled={readOnly}
        aria-label={t('grading.complaintTypes')}
        options={(types.data ?? []).map((type) => ({ value: type.key, label: named(type) }))}
      />
    </label>
  );
}
