import {
  BulbOutlined,
  FullscreenOutlined,
  LeftOutlined,
  PauseCircleOutlined,
  PlayCircleOutlined,
  QuestionCircleOutlined,
  RightOutlined,
  SoundOutlined,
  TranslationOutlined,
} from '@ant-design/icons';
import { Tooltip } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { BoardSound } from './use-breach-sound.ts';

interface BoardHeadProps {
  title: ReactNode;
  page: string;
  pages: number;
  turn: (by: number) => void;
  /** Null where the pages do not turn by themselves. */
  held: boolean | null;
  hold: () => void;
  sound: BoardSound;
  toggleSound: () => void;
  toggleTheme: () => void;
  showLegend: () => void;
  clock: string;
  /** Of when the figures are, and for how long they have been old; null while they are not. */
  old: { since: string; age: string } | null;
}

export const fullScreen = (): void => {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void document.documentElement.requestFullscreen?.();
};

/** Name and time, what may be done, and above all whether what is shown is old. */
export function BoardHead(props: BoardHeadProps) {
  const { title, page, pages, turn, held, hold, sound, clock, old } = props;
  const { t, i18n } = useTranslation();
  return (
    <header className="wall-head">
      <div className="wall-title">{title}</div>
      <h1 className="wall-page" data-testid="board-page">
        {page}
      </h1>
      {old !== null && (
        <strong className="wall-old" data-testid="board-old">
          <span role="alert">{t('wallboard.old', { time: old.since })}</span>
          <span className="wall-age tabular">{t('wallboard.age', { age: old.age })}</span>
        </strong>
      )}
      <div className="wall-tools">
        {pages > 1 && <Tool label={t('wallboard.previous')} icon={<LeftOutlined />} act={() => turn(-1)} />}
        {pages > 1 && (
          <Tool label={t('wallboard.next')} icon={<RightOutlined />} act={() => turn(1)} testId="board-next" />
        )}
        {held !== null && (
          <Tool
            label={t(held ? 'wallboard.goOn' : 'wallboard.hold')}
            icon={held ? <PlayCircleOutlined /> : <PauseCircleOutlined />}
            act={hold}
            testId="board-hold"
          />
        )}
        <Tool
          label={t(`wallboard.sound.${sound}`)}
          icon={<SoundOutlined />}
          act={props.toggleSound}
          testId="board-sound"
          state={sound}
        />
        <Tool label={t('wallboard.theme')} icon={<BulbOutlined />} act={props.toggleTheme} testId="board-theme" />
        <Tool
          label={t('wallboard.language')}
          icon={<TranslationOutlined />}
          act={() => void i18n.changeLanguage(i18n.language.startsWith('zh') ? 'en' : 'zh')}
          testId="board-language"
        />
        <Tool
          label={t('wallboard.legend')}
          icon={<QuestionCircleOutlined />}
          act={props.showLegend}
          testId="board-help"
        />
        <Tool label={t('wallboard.fullScreen')} icon={<FullscreenOutlined />} act={fullScreen} />
      </div>
      <span className="wall-clock tabular">{clock}</span>
    </header>
  );
}

function Tool({
  label,
  icon,
  act,
  testId,
  state,
}: {
  label: string;
  icon: ReactNode;
  act: () => void;
  testId?: string;
  state?: string;
}) {
  return (
    <Tooltip title={label}>
      <button
        type="button"
        className={`wall-tool${state ? ` is-${state}` : ''}`}
        aria-label={label}
        onClick={act}
        data-testid={testId}
        data-state={state}
      >
        {icon}
      </button>
    </Tooltip>
  );
}
