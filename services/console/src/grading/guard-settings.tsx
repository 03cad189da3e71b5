import { useQuery } from '@tanstack/react-query';
import { keys } from '@patchbay/ui';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failed, Loading } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { NumberField } from './editor-parts.tsx';

/** For how long a contact is shown to others; it holds at once. */
export function GuardSettingsForm() {
  const { t } = useTranslation();
  const settings = useQuery({ queryKey: keys.guardSettings, queryFn: ({ signal }) => api.guardSettings(signal) });
  const [hours, setHours] = useState<number | null>(null);
  const save = useAction((value: number) => api.setGuardSettings(value), {
    stale: [keys.guardSettings, ['guard']],
    done: t('grading.saved'),
    after: () => setHours(null),
  });
  if (settings.isPending) return <Loading />;
  if (!settings.data) return <Failed error={settings.error} retry={() => void settings.refetch()} />;
  const value = hours ?? settings.data.hours;
  return (
    <div className="grading-part">
      <p className="muted">{t('grading.guardHelp')}</p>
      <div className="row wrap">
        <NumberField
          label={t('grading.guardHours')}
          value={value}
          change={setHours}
          min={1}
          max={720}
          readOnly={false}
        />
        <Button
          type="primary"
          disabled={value === settings.data.hours}
          loading={save.isPending}
          onClick={() => save.mutate(value)}
        >
          {t('grading.save')}
        </Button>
      </div>
    </div>
  );
}
