import { PlusOutlined } from '@ant-design/icons';
import type { GradingPolicy } from '@patchbay/contracts';
import { Button, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { ConditionEditor } from './condition-editor.tsx';
import { factsFor, freshKey, Names, NumberField, OrderButtons, type PolicyEditorProps, put } from './editor-parts.tsx';
import { newTest } from './test-editor.tsx';

/** The signals of churn, and how many of them make a warning. */
export function ChurnEditor({ policy, change, readOnly }: PolicyEditorProps) {
  const { t } = useTranslation();
  const { churn } = policy;
  const edit = (part: Partial<GradingPolicy['churn']>): void => change({ churn: { ...churn, ...part } });
  const number = (key: 'warnAt' | 'clearBelow' | 'taskDays', min: number, max: number) => (
    <NumberField
      label={t(`grading.${key}`)}
      value={churn[key]}
      change={(value) => edit({ [key]: value })}
      min={min}
      max={max}
      readOnly={readOnly}
    />
  );
  const add = (): void =>
    edit({
      signals: [
        ...churn.signals,
        {
          id: freshKey(
            'signal',
            churn.signals.map(({ id }) => id),
          ),
          nameEn: '',
          nameZh: '',
          weight: 20,
          when: { join: 'all', tests: [newTest()] },
        },
      ],
    });
  return (
    <div className="grading-part">
      <label className="row">
        <Switch
          checked={churn.enabled}
          onChange={(enabled) => edit({ enabled })}
          disabled={readOnly}
          data-testid="churn-on"
        />
        {t('grading.churnOn')}
      </label>
      <p className="muted">{t('grading.churnHelp')}</p>
      <div className="row wrap">
        {number('warnAt', 1, 100)}
        {number('clearBelow', 1, 100)}
        {number('taskDays', 0, 90)}
      </div>
      {churn.signals.map((signal, at) => {
        const set = (part: Partial<typeof signal>): void =>
          edit({ signals: put(churn.signals, at, { ...signal, ...part }) });
        return (
          <section key={signal.id} className="panel rule" data-testid="signal">
            <div className="rule-head">
              <Names of={signal} change={set} readOnly={readOnly} />
              <NumberField
                label={t('grading.weight')}
                value={signal.weight}
                change={(weight) => set({ weight })}
                min={1}
                max={100}
                readOnly={readOnly}
              />
              {!readOnly && (
                <OrderButtons items={churn.signals} at={at} change={(signals) => edit({ signals })} ordered={false} />
              )}
            </div>
            <ConditionEditor
              condition={signal.when}
              change={(when) => set({ when })}
              facts={factsFor.churn}
              grades={[]}
              disabled={readOnly}
              label={signal.nameEn}
            />
          </section>
        );
      })}
      {!readOnly && (
        <Button icon={<PlusOutlined />} onClick={add}>
          {t('grading.addSignal')}
        </Button>
      )}
    </div>
  );
}
