import type { Ticket } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Button, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../feedback/use-action.ts';
import { useReturnFocus } from '../feedback/use-return-focus.ts';
import { api } from '../query-client.ts';

/** A supervisor takes a ticket from whoever has it, and says why. */
export function TakeOverButton({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)} data-testid="take-over">
        {t('transfer.takeOver')}
      </Button>
      {open && <TakeOverDialog ticket={ticket} close={() => setOpen(false)} />}
    </>
  );
}

function TakeOverDialog({ ticket, close }: { ticket: Ticket; close: () => void }) {
  const { t } = useTranslation();
  useReturnFocus();
  const [reason, setReason] = useState('');
  const take = useAction(() => api.takeOver(ticket.id, reason.trim()), {
    stale: [keys.tickets, keys.ticket(ticket.id), keys.events(ticket.id), keys.me],
    after: close,
  });
  return (
    <Modal
      open
      title={t('transfer.takeOverFrom', { name: ticket.assigneeName ?? '' })}
      okText={t('transfer.takeOver')}
      okButtonProps={{ disabled: reason.trim() === '', 'data-testid': 'take-over-send' }}
      confirmLoading={take.isPending}
      onOk={() => take.mutate(undefined)}
      onCancel={close}
    >
      <Input
        autoFocus
        value={reason}
        maxLength={500}
        onChange={(event) => setReason(event.target.value)}
        onPressEnter={() => reason.trim() && take.mutate(undefined)}
        placeholder={t('transfer.takeOverReason')}
        aria-label={t('transfer.takeOverReason')}
        data-testid="take-over-reason"
      />
    </Modal>
  );
}
