import { webAddress } from '@patchbay/contracts';

/** What the API takes for an address that it is to call; `needed`: whether it has to be there. Whether it may be called the hub says. */
export const webAddressRule = (message: string, needed: () => boolean) => ({
  validator: async (_rule: unknown, value?: string) => {
    const address = value?.trim() ?? '';
    if (address === '' ? needed() : !webAddress.safeParse(address).success) throw new Error(message);
  },
});
