import { BarChartOutlined, DownloadOutlined, FolderOpenOutlined, SaveOutlined } from '@ant-design/icons';
import type { Report, ReportDefinitions } from '@patchbay/contracts';
import { keys, momentIn, reportFileUrl, type ReportAddress, type ReportScope } from '@patchbay/ui';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Alert, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate } from 'react-router';
import { useAddressQuery } from '../address-query.ts';
import { PageHead } from '../admin/page-head.tsx';
import { languageOf } from '../feedback/bilingual.ts';
import { Failed, Loading, Nothing } from '../feedback/states.tsx';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';
import '../style/reports.css';
import { FigurePanel } from './figure-panel.tsx';
import { daysText } from './figure-text.ts';
import { goesOn } from './panel.ts';
import { QuestionForm } from './question-form.tsx';
import { addressOf, changed, firstQuestion, queryOf, questionOf, type Question } from './report-question.ts';
import { SavedReports, SaveReport } from './saved-reports.tsx';
import { TicketsDrawer } from './tickets-drawer.tsx';
import { useToday } from './use-today.ts';

const ownFigures = ['answered', 'handled', 'average-handle-time', 'resolved', 'occupancy'];
/** A day that goes on is read anew so often. Milliseconds. */
const refreshMs = 60_000;

/** Figures of any days; managers see everybody's, agents their own. */
export function ReportsPage() {
  const definitions = useQuery({
    queryKey: keys.reportDefinitions,
    queryFn: ({ signal }) => api.reportDefinitions(signal),
    staleTime: Infinity,
  });
  if (definitions.isPending) return <Loading />;
  if (!definitions.data) return <Failed error={definitions.error} retry={() => void definitions.refetch()} />;
  return <Reports known={definitions.data} />;
}

function Reports({ known }: { known: ReportDefinitions }) {
  const { asked, query, change } = useAddressQuery();
  const { role } = useMe();
  const today = useToday(known.timeZone);
  const question = questionOf(query);
  const chosen = questionOf(asked);
  const isOwn = role === 'agent';
  if (!question || !chosen) {
    const first = firstQuestion(today, isOwn ? ownFigures : undefined);
    return <Navigate to={`/reports?${addressOf(first).toString()}`} replace />;
  }
  const ask = (next: Question) => change(addressOf(next));
  return (
    <div className="page reports" data-testid="reports-page">
      <ReportHead
        question={question}
        today={today}
        timeZone={known.timeZone}
        scope={isOwn ? 'mine' : 'all'}
        ask={ask}
      />
      <QuestionForm
        question={chosen}
        definitions={known.items}
        today={today}
        isOwn={isOwn}
        change={(of) => ask(changed(chosen, of, known.items))}
      />
      <Answer question={question} known={known} scope={isOwn ? 'mine' : 'all'} />
    </div>
  );
}

interface ReportHeadProps {
  question: Question;
  today: string;
  timeZone: string;
  scope: ReportScope;
  ask: (question: Question) => void;
}

function ReportHead({ question, today, timeZone, scope, ask }: ReportHeadProps) {
  const { t, i18n } = useTranslation();
  const [shown, setShown] = useState<'saved' | 'save' | null>(null);
  const file = (format: 'csv' | 'xlsx') => reportFileUrl(scope, queryOf(question), format, languageOf(i18n));
  const close = () => setShown(null);
  return (
    <PageHead text={t(scope === 'mine' ? 'report.ownText' : 'report.text')}>
      <Button icon={<DownloadOutlined />} href={file('csv')} download data-testid="report-csv">
        CSV
      </Button>
      <Button icon={<DownloadOutlined />} href={file('xlsx')} download data-testid="report-xlsx">
        Excel
      </Button>
      {scope === 'all' && (
        <>
          <Button icon={<FolderOpenOutlined />} onClick={() => setShown('saved')} data-testid="reports-saved">
            {t('report.saved')}
          </Button>
          <Button icon={<SaveOutlined />} onClick={() => setShown('save')} data-testid="report-save">
            {t('report.save')}
          </Button>
        </>
      )}
      {shown === 'saved' && (
        <SavedReports question={question} today={today} timeZone={timeZone} open={ask} close={close} />
      )}
      {shown === 'save' && <SaveReport question={question} today={today} close={close} />}
    </PageHead>
  );
}

interface AnswerProps {
  question: Question;
  known: ReportDefinitions;
  scope: ReportScope;
}

function Answer({ question, known, scope }: AnswerProps) {
  const query = queryOf(question);
  const today = useToday(known.timeZone);
  const answer = useQuery({
    queryKey: keys.report(scope, query),
    queryFn: ({ signal }) => api.report(scope, query, signal),
    placeholderData: keepPreviousData,
    refetchInterval: question.to >= today ? refreshMs : false,
  });
  if (answer.isPending) return <Loading />;
  if (!answer.data || (answer.isError && answer.isPlaceholderData))
    return <Failed error={answer.error} retry={() => void answer.refetch()} />;
  return (
    <div aria-busy={answer.isPlaceholderData} className={answer.isPlaceholderData ? 'report-stale' : ''}>
      <ReportState report={answer.data} hasFailed={answer.isError} />
      <Panels report={answer.data} question={question} known={known} scope={scope} />
    </div>
  );
}

/** Of which days it is, and how far they are counted. */
function ReportState({ report, hasFailed }: { report: Report; hasFailed: boolean }) {
  const { t, i18n } = useTranslation();
  const at = momentIn(report.at, report.timeZone, i18n.language);
  return (
    <>
      <p className="report-state muted small" data-testid="report-state">
        {t('report.state', { days: daysText(report.from, report.to, i18n.language), zone: report.timeZone, at })}
        {goesOn(report) && ` ${t('report.stateGoesOn')}`}
        {report.by === 'team' && ` ${t('report.teamNote')}`}
      </p>
      {hasFailed && <Alert type="warning" showIcon title={t('report.old', { at })} className="report-old" />}
    </>
  );
}

function Panels({ report, question, known, scope }: AnswerProps & { report: Report }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState<{ tickets: ReportAddress; title: string } | null>(null);
  const isEmpty =
    report.since === null || (report.by !== null && report.rows.length === 0 && !report.compared?.rows.length);
  if (isEmpty) return <Nothing icon={<BarChartOutlined />} title={t('report.none')} text={t('report.noneText')} />;
  return (
    <>
      {report.figures.flatMap((key) => {
        const definition = known.items.find((one) => one.key === key);
        return definition
          ? [
              <FigurePanel
                key={key}
                report={report}
                question={question}
                definition={definition}
                drill={scope === 'all' ? (tickets, title) => setShown({ tickets, title }) : null}
              />,
            ]
          : [];
      })}
      {shown && (
        <TicketsDrawer
          tickets={shown.tickets}
          title={shown.title}
          timeZone={report.timeZone}
          close={() => setShown(null)}
        />
      )}
    </>
  );
}
