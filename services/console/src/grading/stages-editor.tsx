import { useTranslation } from 'react-i18next';
import { ConditionEditor } from './condition-editor.tsx';
import { factsFor, NumberField, type PolicyEditorProps } from './editor-parts.tsx';

const stages = ['customer', 'new', 'atRisk', 'lost'] as const;

/** When somebody is a customer, new, at risk or lost. */
export function StagesEditor({ policy, change, readOnly }: PolicyEditorProps) {
  const { t } = useTranslation();
  const edit = (part: Partial<typeof policy.stages>): void => change({ stages: { ...policy.stages, ...part } });
  return (
    <div className="grading-part">
      <p className="muted">{t('grading.stagesHelp')}</p>
      {stages.map((stage) => (
        <section key={stage} className="panel rule">
          <h3>{t(`grading.stageHelp.${stage}`)}</h3>
          <ConditionEditor
            condition={policy.stages[stage]}
            change={(condition) => edit({ [stage]: condition })}
            facts={factsFor.stage}
            grades={[]}
            disabled={readOnly}
            label={t(`grading.stageHelp.${stage}`)}
          />
        </section>
      ))}
      <NumberField
        label={t('grading.wonBackDays')}
        value={policy.stages.wonBackDays}
        change={(wonBackDays) => edit({ wonBackDays })}
        min={1}
        max={730}
        readOnly={readOnly}
      />
    </div>
  );
}
