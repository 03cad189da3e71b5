import { useQueryClient } from '@tanstack/react-query';
import { CheckOutlined } from '@ant-design/icons';
import { keys } from '@patchbay/ui';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useAction } from '../feedback/use-action.ts';
import { languages } from '../i18n.ts';
import { clockSoundOn, setClockSound, setSound, soundOn } from '../live/chime.ts';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';
import { ChoiceMenu } from './choice-menu.tsx';
import { ShortcutList } from './shortcut-list.tsx';
import { initials } from './initials.ts';

/** Seconds that a message stands before it leaves. */
const undoChoices = [0, 5, 10, 30, 60];

export function UserMenu() {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [shortcuts, setShortcuts] = useState(false);
  const [sound, setSoundState] = useState(soundOn);
  const [clockSound, setClockSoundState] = useState(clockSoundOn);
  const logOut = useAction(api.logOut, {
    stale: [],
    after: () => {
      client.clear();
      void navigate('/login', { replace: true });
    },
  });
  const setUndo = useAction((undoSeconds: number) => api.updateMe({ undoSeconds }), { stale: [keys.me] });
  const choose = (key: string): void => {
    if (key === 'log-out') logOut.mutate(undefined);
    else if (key === 'shortcuts') setShortcuts(true);
    else if (key === 'sound') {
      setSound(!sound);
      setSoundState(!sound);
    } else if (key === 'clock-sound') {
      setClockSound(!clockSound);
      setClockSoundState(!clockSound);
    } else if (key.startsWith('undo-')) setUndo.mutate(Number(key.slice('undo-'.length)));
    else void i18n.changeLanguage(key);
  };
  const items = [
    {
      key: 'who',
      disabled: true,
      label: <span data-testid="user-name">{`${me.name} · ${t(`role.${me.role}`)}`}</span>,
    },
    { type: 'divider' as const },
    ...languages.map(({ code, name }) => ({
      key: code,
      label: <MenuItem text={name} on={i18n.resolvedLanguage === code} testId={`language-${code}`} />,
    })),
    { type: 'divider' as const },
    { key: 'sound', label: <MenuItem text={t('user.sound')} on={sound} testId="sound-toggle" /> },
    {
      key: 'clock-sound',
      label: <MenuItem text={t('user.clockSound')} on={clockSound} testId="clock-sound-toggle" />,
    },
    {
      type: 'group' as const,
      key: 'undo',
      label: t('user.undo'),
      children: undoChoices.map((seconds) => ({
        key: `undo-${seconds}`,
        label: (
          <MenuItem
            text={seconds === 0 ? t('user.undoOff') : t('user.undoSeconds', { count: seconds })}
            on={me.undoSeconds === seconds}
            testId={`undo-${seconds}`}
          />
        ),
      })),
    },
    { key: 'shortcuts', label: <span data-testid="shortcuts">{t('shortcuts.title')}</span> },
    { key: 'log-out', danger: true, label: <span data-testid="log-out">{t('user.logOut')}</span> },
  ];
  return (
    <>
      <ChoiceMenu menu={{ items, onClick: ({ key }) => choose(key) }}>
        <Button type="text" shape="circle" aria-label={t('user.menu', { name: me.name })} data-testid="user-menu">
          <span className="avatar" aria-hidden>
            {initials(me.name)}
          </span>
        </Button>
      </ChoiceMenu>
      {shortcuts && <ShortcutList close={() => setShortcuts(false)} />}
    </>
  );
}

function MenuItem({ text, on, testId }: { text: string; on: boolean; testId: string }) {
  return (
    <span className="menu-item" data-testid={testId}>
      {text}
      {on && <CheckOutlined />}
    </span>
  );
}
