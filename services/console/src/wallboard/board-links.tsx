import type { BoardLinkWithUrl, SavedBoard } from '@patchbay/contracts';
import { fullMoment, keys } from '@patchbay/ui';
import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Form, Input, Modal, Popconfirm, Typography } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failed, Loading } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { useReturnFocus } from '../feedback/use-return-focus.ts';
import { api } from '../query-client.ts';

interface LinkFields {
  name: string;
  /** As the browser's own field has it: local, without a zone. */
  until: string;
}

const usualDays = 365;
const localField = (at: Date): string =>
  new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

/** Links by which televisions show a wallboard: made, told once, and revoked. */
export function BoardLinks({ board, close }: { board: SavedBoard; close: () => void }) {
  const { t } = useTranslation();
  useReturnFocus();
  const [form] = Form.useForm<LinkFields>();
  const [fresh, setFresh] = useState<BoardLinkWithUrl | null>(null);
  const stale = [keys.wallboardLinks];
  const make = useAction(
    ({ name, until }: LinkFields) =>
      api.createWallboardLink(board.id, { name, expiresAt: new Date(until).toISOString() }),
    {
      stale,
      after: (link, { name }) => {
        setFresh(link);
        // Whoever writes the next name already keeps it.
        if (form.getFieldValue('name') === name) form.resetFields();
      },
    },
  );
  return (
    <Modal open title={t('wallboard.links.title', { name: board.name })} onCancel={close} footer={null} width={720}>
      <p className="muted">{t('wallboard.links.text')}</p>
      <Form
        form={form}
        layout="vertical"
        initialValues={{ name: '', until: localField(new Date(Date.now() + usualDays * 86_400_000)) }}
        onFinish={(fields) => make.mutate(fields)}
      >
        <Form.Item
          name="name"
          label={t('wallboard.links.where')}
          rules={[{ required: true, whitespace: true, message: t('form.needed') }]}
        >
          <Input maxLength={100} data-testid="link-name" />
        </Form.Item>
        <Form.Item
          name="until"
          label={t('wallboard.links.until')}
          rules={[{ required: true, message: t('form.needed') }]}
        >
          <Input type="datetime-local" data-testid="link-until" />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={make.isPending} data-testid="link-make">
          {t('wallboard.links.add')}
        </Button>
      </Form>
      {fresh && (
        <>
          <Alert type="warning" showIcon title={t('wallboard.links.once')} style={{ marginTop: 16 }} />
          <Typography.Text copyable code className="board-url" data-testid="link-url">
            {fresh.url}
          </Typography.Text>
        </>
      )}
      <LinkList boardId={board.id} />
    </Modal>
  );
}

function LinkList({ boardId }: { boardId: string }) {
  const { t, i18n } = useTranslation();
  const links = useQuery({
    queryKey: [...keys.wallboardLinks, boardId],
    queryFn: ({ signal }) => api.wallboardLinks(boardId, signal),
  });
  const revoke = useAction((id: string) => api.revokeWallboardLink(id), { stale: [keys.wallboardLinks] });
  if (links.isPending) return <Loading />;
  if (!links.data) return <Failed error={links.error} retry={() => void links.refetch()} />;
  if (links.data.length === 0) return <p className="muted small board-links-none">{t('wallboard.links.none')}</p>;
  return links.data.map(({ id, name, expiresAt }) => (
    <div key={id} className="record-head board-link-row" data-testid="link-row">
      <span className="grow">
        <strong>{name}</strong>{' '}
        <span className="muted small">
          {t('wallboard.links.until')} {fullMoment(expiresAt, i18n.language)}
          {Date.parse(expiresAt) <= Date.now() && ` (${t('wallboard.links.expired')})`}
        </span>
      </span>
      <Popconfirm title={t('wallboard.links.revokeAsk')} onConfirm={() => revoke.mutate(id)}>
        <Button danger data-testid="link-revoke">
          {t('wallboard.links.revoke')}
        </Button>
      </Popconfirm>
    </div>
  ));
}
