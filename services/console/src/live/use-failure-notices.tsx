import { useQuery } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { undeliveredQuery } from '../admin/undelivered-query.ts';
import { useMe } from '../session/use-me.ts';
import type { FailedMessage } from './failed-messages.ts';
import { returnedMessages } from './returned-messages.ts';

const storeOf = (me: string): string => `patchbay.told-failures.${me}`;

/**
 * Tells of messages that failed or missed a recipient: by what this answers as it happens, and by itself of those that came back while
 * nobody looked. What was told in this tab is not told again as long as it waits.
 */
export function useFailureNotices() {
  const { t } = useTranslation();
  const { id: me } = useMe();
  const { notification } = App.useApp();
  const navigate = useNavigate();
  const { data } = useQuery(undeliveredQuery);

  const show = (key: string, title: string, to: { path: string; word: string; testId: string }) =>
    notification.error({
      // The same message told twice is one notice.
      key,
      title,
      // Notices are shown outside the router, where a link of its own cannot be.
      description: (
        <Button
          type="link"
          size="small"
          onClick={() => {
            notification.destroy(key);
            void navigate(to.path);
          }}
          data-testid={to.testId}
        >
          {to.word}
        </Button>
      ),
      duration: 0,
    });
  const showOne = ({ messageId, status, number, ticketId }: FailedMessage): void =>
    show(messageId, t(`outbox.told.${status}`, { number }), {
      path: `/desk/${ticketId}`,
      word: number === null ? t('outbox.toTicket') : t('outbox.ticket', { number }),
      testId: 'failure-ticket',
    });
  const showReturned = (returned: readonly FailedMessage[]): void => {
    const [first, ...others] = returned;
    if (first && others.length === 0) showOne(first);
    else if (first)
      show('returned', t('outbox.returned', { count: returned.length }), {
        path: '/outbox',
        word: t('outbox.toOutbox'),
        testId: 'failure-outbox',
      });
  };

  const tell = useRef<(failed: FailedMessage) => void>(() => undefined);
  tell.current = (failed) => {
    keepTold(me, [...readTold(me), failed.messageId]);
    showOne(failed);
  };
  const welcome = useRef(showReturned);
  welcome.current = showReturned;
  useEffect(() => {
    if (!data) return;
    const { fresh, told } = returnedMessages(data.items, readTold(me));
    keepTold(me, told);
    welcome.current(fresh);
  }, [data, me]);
  return tell;
}

const readTold = (me: string): string[] => JSON.parse(sessionStorage.getItem(storeOf(me)) ?? '[]') as string[];
const keepTold = (me: string, told: readonly string[]): void =>
  sessionStorage.setItem(storeOf(me), JSON.stringify(told));
