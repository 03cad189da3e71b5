import { PlusOutlined } from '@ant-design/icons';
import type { BoardLayout } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Button, Card, Form, Input, InputNumber, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import { FormDrawer } from '../feedback/form-drawer.tsx';
import { api } from '../query-client.ts';
import { figureTile } from './own-board.ts';
import { TileFields } from './tile-fields.tsx';

/** A wallboard's name, looks and pages. */
export function BoardForm({ id, board, close }: { id: string | null; board: BoardLayout; close: () => void }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<BoardLayout>();
  const { name, theme, rotateSeconds, pages } = board;
  const needed = { required: true, whitespace: true, message: t('form.needed') };
  return (
    <FormDrawer
      title={name || t('wallboard.add')}
      form={form}
      initial={{ name, theme, rotateSeconds, pages }}
      save={async (fields) => (id === null ? await api.createWallboard(fields) : await api.updateWallboard(id, fields))}
      stale={[keys.wallboards]}
      close={close}
      testId="board-form"
    >
      <Form.Item name="name" label={t('form.name')} rules={[needed]}>
        <Input autoFocus maxLength={100} data-testid="board-name" />
      </Form.Item>
      <Form.Item name="theme" label={t('wallboard.form.theme')}>
        <Radio.Group
          options={(['dark', 'light'] as const).map((value) => ({ value, label: t(`wallboard.form.${value}`) }))}
        />
      </Form.Item>
      <Form.Item name="rotateSeconds" label={t('wallboard.form.rotate')} extra={t('wallboard.form.rotateHelp')}>
        <InputNumber min={5} max={3600} precision={0} data-testid="board-rotate" />
      </Form.Item>
      <Form.List name="pages">
        {(fields, { add, remove }) => (
          <>
            {fields.map(({ key, name: page }) => (
              <Card key={key} size="small" className="board-page-card" data-testid="board-page-card">
                <Form.Item name={[page, 'name']} label={t('wallboard.form.page')} rules={[needed]}>
                  <Input maxLength={60} data-testid="page-name" />
                </Form.Item>
                <Form.List name={[page, 'tiles']}>
                  {(tiles, tile) => (
                    <>
                      {tiles.map((one) => (
                        <TileFields
                          key={one.key}
                          path={['pages', page, 'tiles', one.name]}
                          at={one.name}
                          remove={tiles.length > 1 ? () => tile.remove(one.name) : null}
                        />
                      ))}
                      <Button
                        icon={<PlusOutlined />}
                        disabled={tiles.length >= 24}
                        onClick={() => tile.add(figureTile('waiting'))}
                        data-testid="tile-add"
                      >
                        {t('wallboard.form.addTile')}
                      </Button>{' '}
                      {fields.length > 1 && (
                        <Button danger onClick={() => remove(page)} data-testid="page-remove">
                          {t('wallboard.form.removePage')}
                        </Button>
                      )}
                    </>
                  )}
                </Form.List>
              </Card>
            ))}
            <Button
              icon={<PlusOutlined />}
              disabled={fields.length >= 10}
              onClick={() => add({ name: '', tiles: [figureTile('waiting')] })}
              data-testid="page-add"
            >
              {t('wallboard.form.addPage')}
            </Button>
          </>
        )}
      </Form.List>
    </FormDrawer>
  );
}
