import { ClockCircleOutlined, FireFilled, PauseCircleOutlined, WarningOutlined } from '@ant-design/icons';
import type { ClockState, TicketClocks } from '@patchbay/contracts';
import { duration, fullMoment, useNow } from '@patchbay/ui';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import '../style/clocks.css';
import { standingAt } from './standing-at.ts';

const icons: Partial<Record<ClockState, ReactNode>> = {
  running: <ClockCircleOutlined aria-hidden />,
  warning: <WarningOutlined aria-hidden />,
  breached: <FireFilled aria-hidden />,
  paused: <PauseCircleOutlined aria-hidden />,
  stopped: <PauseCircleOutlined aria-hidden />,
};

/** What is due next and how long it is until then: by words, icon and colour. It ticks on its own, by the one timer of the page. */
export function DueClock({ clocks }: { clocks: TicketClocks }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const state = standingAt(clocks, now);
  const { dueAt, kind } = clocks;
  const name = t(`clockKind.${kind}`);
  if (dueAt === null)
    return (
      <span className="due-clock" data-state={state} data-testid="due-clock" title={name}>
        {icons[state]} {t(`clockState.${state}`)}
      </span>
    );
  const seconds = (Date.parse(dueAt) - now) / 1000;
  const time = duration(Math.abs(seconds), i18n.language);
  return (
    <span
      className="due-clock"
      data-state={state}
      data-testid="due-clock"
      title={`${name}: ${t('clocks.due', { when: fullMoment(dueAt, i18n.language) })}`}
    >
      {icons[state]}
      <span className="visually-hidden">{`${name}, ${t(`clockState.${state}`)}: `}</span>
      <span className="tabular">{t(seconds < 0 ? 'clocks.over' : 'clocks.left', { time })}</span>
    </span>
  );
}
