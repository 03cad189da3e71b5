import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ApiProblem, type Key } from '@patchbay/ui';
import { App } from 'antd';
import { useTranslation } from 'react-i18next';
import { problemLine } from './problem-text.ts';

/** With a pause between them that doubles up to half a minute, some five minutes. */
const mostRepeats = 14;

/**
 * A button's deed: tells when it failed and reads anew what it changed. The read is not left to the live event, which
 * may be late while the connection is down.
 */
export function useAction<I, O>(
  run: (input: I) => Promise<O>,
  options: {
    stale: Key[];
    done?: string;
    after?: (output: O, input: I) => void;
    /** Whether it is asked again when no answer came; only for what can be asked twice. */
    repeatable?: boolean;
    /** Says a failure better than its code does; null where it cannot. */
    explain?: (error: Error) => string | null;
  },
) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  return useMutation<O, Error, I>({
    mutationFn: run,
    retry: (failures, error) =>
      options.repeatable === true && error instanceof ApiProblem && error.status === 0 && failures < mostRepeats,
    onSuccess: (output, input) => {
      if (options.done) void message.success(options.done);
      options.after?.(output, input);
    },
    onError: (error) => void message.error({ content: options.explain?.(error) ?? problemLine(t, error), duration: 6 }),
    onSettled: async () => await Promise.all(options.stale.map((queryKey) => client.invalidateQueries({ queryKey }))),
  });
}
