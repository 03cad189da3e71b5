import type { Report, ReportDimension } from '@patchbay/contracts';
import { useTranslation } from 'react-i18next';
import { useTraitOptions } from '../clocks/when-fields.tsx';
import { queueText } from '../desk/given-names.ts';
import type { PanelRow, PanelSeries } from './panel.ts';
import { daysText, startText } from './figure-text.ts';

type Member = { key: string; name: string | null };

/** What the members of a report are called: as elsewhere in the console, in the reader's language. */
export function useMemberText(): (by: ReportDimension, member: Member) => string {
  const { t } = useTranslation();
  const options = useTraitOptions();
  return (by, { key, name }) => {
    if (key === '') return t(`report.noneOf.${by}`);
    const known =
      by === 'type' ? options.requestTypes : by === 'grade' ? options.grades : by === 'channel' ? options.channels : [];
    return (
      known.find(({ value }) => value === key)?.label ?? (by === 'queue' ? queueText(t, name ?? key) : (name ?? key))
    );
  };
}

/** Words of rows and series of a report's panels. */
export function usePanelWords(report: Report) {
  const { t, i18n } = useTranslation();
  const memberText = useMemberText();
  const language = i18n.language;
  return {
    row: ({ start, member }: PanelRow): string =>
      start !== null ? startText(start, report, language) : member && report.by ? memberText(report.by, member) : '',
    series: (series: PanelSeries): string => {
      if (series.role === 'member') return report.by ? memberText(report.by, series) : '';
      const days = series.role === 'value' ? report : report.compared;
      return days ? daysText(days.from, days.to, language) : '';
    },
    rowHead: report.interval !== null ? t('report.when') : report.by ? t(`report.by.${report.by}`) : '',
  };
}
